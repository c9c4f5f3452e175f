"""Real guests on a real host: driven by the `alto` command and the public API alone, as a user would."""
