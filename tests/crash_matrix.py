"""Which steps the crash matrix covers: the registry that its tests are generated from.

`COVERED` maps a reconciler's kind to the names of its step types; the matrix (crash before, crash after, lost reply,
hang, twice) runs for each. tests/architecture/test_steps.py fails for a step that is not here, and for a name here
that no reconciler has.
"""

COVERED: dict[str, frozenset[str]] = {}
