"""Several control planes over one PostgreSQL and one world."""
