"""Pure rules of objects: no clock, no I/O."""
