"""Rows of accounts, containers and objects."""
