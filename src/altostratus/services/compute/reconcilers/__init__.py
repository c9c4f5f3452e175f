"""Brings servers and hosts from what is wanted to what is there."""
