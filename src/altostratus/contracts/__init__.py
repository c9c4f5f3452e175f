"""What services ask of each other: Protocols and frozen values. The caller's transaction passes through."""
