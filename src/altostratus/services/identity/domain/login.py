"""What a client asks of POST /v3/auth/tokens."""

from dataclasses import dataclass

from altostratus.services.identity.domain.claims import ScopeKind


@dataclass(frozen=True, slots=True)
class Reference:
    """A user, project or domain: by id, or by name (users and projects: within a domain)."""

    id: str | None = None
    name: str | None = None
    domain: "Reference | None" = None


@dataclass(frozen=True, slots=True)
class ScopeWish:
    """The scope asked for; `what` is the project or domain. With a `trust_id` it is the trust's project."""

    kind: ScopeKind
    what: Reference = Reference()
    trust_id: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialLogin:
    """An application credential: by id, or by name (then it is one of `user`), with its secret."""

    id: str | None = None
    name: str | None = None
    user: Reference = Reference()
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Login:
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
