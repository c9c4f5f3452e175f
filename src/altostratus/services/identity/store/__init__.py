"""Identity's tables, the values their rows become, and the token keys on disk."""
