"""Pure values and decisions of compute: no clock, no I/O."""
