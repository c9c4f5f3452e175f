"""Puts the services together into one process."""
