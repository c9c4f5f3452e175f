"""Conformance: OpenStack's own API tests (Tempest, pinned in `tempest.lock`) run against a cloud.

`discovery` asks the cloud what it is and writes Tempest's configuration, `tempest` installs and runs it,
`report` writes `docs/conformance.md`. `expected.toml` lists the tests known to fail, `missing.toml` what is
missing on purpose; both with reasons.
"""
