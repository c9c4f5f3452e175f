"""What identity's nouns are and how they relate. Pure: no clock, no I/O."""
