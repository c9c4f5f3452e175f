"""Identity: who may ask for what. Users, projects, roles, tokens and the catalog, as Keystone's v3 API."""
