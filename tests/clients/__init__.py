"""Sessions of the programs that people use with object storage, each against a cloud in a process of its own."""
