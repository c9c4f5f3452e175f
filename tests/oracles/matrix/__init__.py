"""Who may do what in identity, asked of a real Keystone: every operation by every kind of token.

`rows` holds the operations, `stage` the people who ask, `things` makes what they work on, `play` sends the cells,
`recorded` keeps the statuses in `tests/oracles/recorded/authorization.json`, which
`python -m tests.oracles authorization` writes anew (`record`). `allowed.toml` lists the cells that we mean to
answer otherwise, with reasons; tests/services/identity/test_authorization_matrix.py plays ours.
"""

from pathlib import Path

ALLOWED = Path(__file__).parent / "allowed.toml"
