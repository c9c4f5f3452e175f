"""Block storage: volumes, their snapshots, and what servers they are attached to."""
