"""What a client asks of POST /v3/auth/tokens."""

from typing import NamedTuple

from altostratus.services.identity.domain.claims import ScopeKind


class Reference(NamedTuple):
    """A user, project or domain: by id, or by name (users and projects: within a domain)."""

    id: str | None = None
    name: str | None = None
    domain: "Reference | None" = None


class ScopeWish(NamedTuple):
    """The scope asked for; `what` is the project or domain. With a `trust_id` it is the trust's project."""

    kind: ScopeKind
    what: Reference = Reference()
    trust_id: str | None = None


class CredentialLogin(NamedTuple):
    """An application credential: by id, or by name (then it is one of `user`), with its secret."""

    id: str | None = None
    name: str | None = None
    user: Reference = Reference()
    secret: str = ""


class Login(NamedTuple):
    """`scope` None leaves it to the user's default project. `client` is the address that the request came from;
    `receipt` says with which methods the user has logged in already."""

    methods: tuple[str, ...]
    scope: ScopeWish | None = None
    user: Reference = Reference()
    password: str = ""
    token: str = ""
    application_credential: CredentialLogin = CredentialLogin()
    client: str = ""
    receipt: str = ""
