"""Oracles: the same scripted requests go to OpenStack's own Keystone, Glance and Swift and to us, and are compared.

`peers` runs the real services, `scenarios` holds the requests, `script` sends and records them,
`normal` takes away what differs from run to run, `compare` says what differs, `allowed.toml` lists the
differences we mean, with reasons. `recorded/` holds what the real services answered, so that the
comparison needs no installation; `python -m tests.oracles` writes it anew. `matrix` asks Keystone who may do what.
"""
