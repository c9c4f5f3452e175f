"""The bodies of requests, as Keystone's JSON schemas describe them. A noun keeps fields that are not named here
where Keystone keeps them; `forbid_unknown_fields` is where it refuses them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Name = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\S")]
ShortName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\S")]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9-]+$")]
Text = str | None


class DomainReference(Struct):
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class PasswordUser(Struct):
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    password: str = ""
    domain: DomainReference | UnsetType = UNSET


class PasswordMethod(Struct):
    user: PasswordUser | UnsetType = UNSET


class TokenMethod(Struct):
    id: str


class CredentialMethod(Struct):
    """An application credential by its id; or by its name, with its user."""

    secret: str
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    user: PasswordUser | UnsetType = UNSET


class Methods(Struct):
    methods: list[str]
    password: PasswordMethod | UnsetType = UNSET
    token: TokenMethod | UnsetType = UNSET
    application_credential: CredentialMethod | UnsetType = UNSET


class ProjectReference(Struct):
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    domain: DomainReference | UnsetType = UNSET


class SystemReference(Struct):
    all: bool = True


class TrustReference(Struct):
    id: str


class ScopeBody(Struct):
    project: ProjectReference | UnsetType = UNSET
    domain: DomainReference | UnsetType = UNSET
    system: SystemReference | UnsetType = UNSET
    unscoped: dict[str, Any] | UnsetType = UNSET
    trust: TrustReference | UnsetType = field(default=UNSET, name="OS-TRUST:trust")


class Auth(Struct):
    identity: Methods
    scope: ScopeBody | str | UnsetType = UNSET


class AuthBody(Struct):
    """POST /v3/auth/tokens"""

    auth: Auth


class Immutable(Struct, forbid_unknown_fields=True):
    """Options of a domain, project or role."""

    immutable: bool | None = None


class UserOptions(Struct, forbid_unknown_fields=True):
    ignore_change_password_upon_first_use: bool | None = None
    ignore_password_expiry: bool | None = None
    ignore_lockout_failure_attempts: bool | None = None
    ignore_user_inactivity: bool | None = None
    lock_password: bool | None = None
    multi_factor_auth_enabled: bool | None = None
    multi_factor_auth_rules: list[list[str]] | None = None


Tag = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^,/]*$")]
Tags = Annotated[list[Tag], Meta(max_length=80)]


class Project(Struct):
    """Of a project and of a domain; POST asks for a name besides."""

    name: ShortName | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    domain_id: Id | None | UnsetType = UNSET
    parent_id: Id | None | UnsetType = UNSET
    is_domain: bool | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    options: Immutable | UnsetType = UNSET


class NewProject(Project, kw_only=True):
    name: ShortName


class User(Struct):
    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    domain_id: Id | UnsetType = UNSET
    default_project_id: Annotated[str, Meta(max_length=64)] | None | UnsetType = UNSET
    password: Annotated[str, Meta(max_length=4096)] | None | UnsetType = UNSET
    options: UserOptions | UnsetType = UNSET


class NewUser(User, kw_only=True):
    name: Name


class PasswordChange(Struct, forbid_unknown_fields=True):
    original_password: str
    password: Annotated[str, Meta(min_length=1, max_length=4096)]


class Group(Struct):
    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    domain_id: Id | UnsetType = UNSET


class NewGroup(Group, kw_only=True):
    name: Name


class Role(Struct):
    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    domain_id: Id | None | UnsetType = UNSET
    options: Immutable | UnsetType = UNSET


class NewRole(Role, kw_only=True):
    name: Name


class Region(Struct):
    id: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    parent_region_id: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


class Service(Struct):
    type: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET
    name: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class NewService(Service, kw_only=True):
    type: Annotated[str, Meta(min_length=1, max_length=255)]


Interface = Literal["admin", "internal", "public"]
Url = Annotated[str, Meta(max_length=225, pattern=r"^[a-zA-Z0-9+.-]+:.+")]


class Endpoint(Struct):
    interface: Interface | UnsetType = UNSET
    service_id: str | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    region_id: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    region: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class NewEndpoint(Endpoint, kw_only=True):
    interface: Interface
    service_id: str
    url: Url


class Credential(Struct):
    blob: str | UnsetType = UNSET
    type: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET
    user_id: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    project_id: Annotated[str, Meta(max_length=64)] | None | UnsetType = UNSET


class NewCredential(Credential, kw_only=True):
    blob: str
    type: Annotated[str, Meta(max_length=255)]
    user_id: Annotated[str, Meta(max_length=64)]


class TrustRole(Struct):
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class NewTrust(Struct):
    trustor_user_id: str
    trustee_user_id: str
    impersonation: bool
    project_id: str | None = None
    expires_at: str | None = None
    remaining_uses: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    roles: list[TrustRole] = []
    allow_redelegation: bool | None = None
    redelegation_count: Annotated[int, Meta(ge=0)] | None = None


# Bodies: the noun inside one key, and nothing beside it.


class ProjectBody(Struct, forbid_unknown_fields=True):
    project: Project


class NewProjectBody(Struct, forbid_unknown_fields=True):
    project: NewProject


class DomainBody(Struct, forbid_unknown_fields=True):
    domain: Project


class NewDomainBody(Struct, forbid_unknown_fields=True):
    domain: NewProject


class TagsBody(Struct, forbid_unknown_fields=True):
    tags: Tags


class UserBody(Struct, forbid_unknown_fields=True):
    user: User


class NewUserBody(Struct, forbid_unknown_fields=True):
    user: NewUser


class PasswordBody(Struct, forbid_unknown_fields=True):
    user: PasswordChange


class GroupBody(Struct, forbid_unknown_fields=True):
    group: Group


class NewGroupBody(Struct, forbid_unknown_fields=True):
    group: NewGroup


class RoleBody(Struct, forbid_unknown_fields=True):
    role: Role


class NewRoleBody(Struct, forbid_unknown_fields=True):
    role: NewRole


class RegionBody(Struct, forbid_unknown_fields=True):
    region: Region


class ServiceBody(Struct, forbid_unknown_fields=True):
    service: Service


class NewServiceBody(Struct, forbid_unknown_fields=True):
    service: NewService


class EndpointBody(Struct, forbid_unknown_fields=True):
    endpoint: Endpoint


class NewEndpointBody(Struct, forbid_unknown_fields=True):
    endpoint: NewEndpoint


class CredentialBody(Struct, forbid_unknown_fields=True):
    credential: Credential


class NewCredentialBody(Struct, forbid_unknown_fields=True):
    credential: NewCredential


class NewTrustBody(Struct, forbid_unknown_fields=True):
    trust: NewTrust
