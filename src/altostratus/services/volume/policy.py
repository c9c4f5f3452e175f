"""Who may do what in block storage: Cinder's rule names and defaults, for what is implemented."""

POLICY: dict[str, str] = {}
