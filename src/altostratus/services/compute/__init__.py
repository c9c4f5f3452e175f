"""Compute: flavors, keypairs, hosts and servers. Speaks Nova's API."""
