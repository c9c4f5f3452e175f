"""Where the bytes of objects are kept."""
