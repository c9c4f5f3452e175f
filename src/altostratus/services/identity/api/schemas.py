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

    secret: Text = None
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
    multi_factor_auth_rules: list[Annotated[list[str], Meta(min_length=1)]] | None = None


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


class Domain(Project, kw_only=True):
    description: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


class NewDomain(Domain, kw_only=True):
    name: ShortName


Flag = Literal[
    "True", "TRUE", "true", "1", "y", "Y", "on", "ON", "yes", "",
    "False", "FALSE", "false", "0", "n", "N", "off", "OFF", "no",
]  # fmt: skip


class DomainQuery(Struct):
    """What lists of domains are filtered by."""

    name: ShortName | UnsetType = UNSET
    enabled: Flag | UnsetType = UNSET


class ProjectQuery(DomainQuery):
    domain_id: Id | UnsetType = UNSET
    is_domain: Flag | UnsetType = UNSET


class RoleQuery(Struct):
    """What lists of roles are filtered by."""

    name: Name | UnsetType = UNSET
    domain_id: Id | UnsetType = UNSET


class GroupQuery(RoleQuery):
    """Nothing is sorted by `sort_dir`, neither in Keystone."""

    sort_dir: Literal["asc", "desc"] | UnsetType = UNSET


class UserQuery(GroupQuery):
    enabled: Flag | UnsetType = UNSET


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
    id: Annotated[str, Meta(min_length=1, max_length=255)] | None | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    parent_region_id: Annotated[str, Meta(min_length=1, max_length=255)] | None | UnsetType = UNSET


class NewRegion(Region):
    """An id that is null or empty is made up."""

    id: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


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
    name: str | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class EndpointQuery(Struct):
    interface: Interface | UnsetType = UNSET


class EndpointFilters(Struct):
    """More than what is told apart by (`enabled`, say) is refused later, as Keystone does it."""

    interface: Interface | UnsetType = UNSET
    service_id: str | UnsetType = UNSET
    region_id: Text | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class EndpointGroup(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    filters: EndpointFilters | UnsetType = UNSET


class NewEndpointGroup(EndpointGroup, kw_only=True):
    name: Name
    filters: EndpointFilters


class NewEndpoint(Endpoint, kw_only=True):
    id: str | UnsetType = UNSET
    interface: Interface
    service_id: str
    url: Url


class NewCredential(Struct):
    blob: str
    type: Annotated[str, Meta(max_length=255)]
    user_id: Annotated[str, Meta(max_length=64)]
    project_id: Annotated[str, Meta(max_length=64)] | None | UnsetType = UNSET


class CredentialChange(Struct, forbid_unknown_fields=True):
    """Nothing else of a credential may change."""

    blob: str


class NewEc2Credential(Struct):
    """POST /v3/users/{id}/credentials/OS-EC2"""

    tenant_id: Annotated[str, Meta(max_length=64)] | None = None


Scalar = str | int | float | bool | None


class Signature(Struct):
    """A signed request as a service passes it on to /v3/ec2tokens or /v3/s3tokens."""

    access: str | UnsetType = UNSET
    signature: str | None = None
    token: str | None = None
    verb: str | None = None
    host: str | None = None
    path: str | None = None
    params: dict[str, Scalar] | None = None
    headers: dict[str, Scalar] | None = None
    body_hash: str | None = None


class SignatureBody(Struct):
    """Keystone takes any of these names."""

    credentials: Signature | None = None
    credential: Signature | None = None
    ec2: Signature | None = field(default=None, name="ec2Credentials")


class RoleReference(Struct, forbid_unknown_fields=True):
    """By its id or by its name."""

    id: Id | UnsetType = UNSET
    name: Name | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.id is UNSET) == (self.name is UNSET):
            raise ValueError("a role is said either by its id or by its name")


class NewTrust(Struct):
    trustor_user_id: str
    trustee_user_id: str
    impersonation: bool
    project_id: str | None = None
    expires_at: str | None = None
    remaining_uses: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    roles: list[RoleReference] = []
    allow_redelegation: bool | None = None
    redelegation_count: Annotated[int, Meta(ge=0)] | None = None
    redelegated_trust_id: str | None = None


class AccessRule(Struct):
    """One that is there, by its id; or all of a new one. Keystone takes more, and ignores it."""

    id: Id | UnsetType = UNSET
    service: Id | UnsetType = UNSET
    method: Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"] | UnsetType = UNSET
    path: Annotated[str, Meta(max_length=128, pattern=r"^/")] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.id is UNSET and UNSET in (self.service, self.method, self.path):
            raise ValueError("an access rule has a service, a method and a path")


class NewApplicationCredential(Struct, forbid_unknown_fields=True):
    """`id`, `project_id` and `system` may be said, and count for nothing. Keystone takes any number of rules; but they
    are looked at with every request, and kept in memory with every token."""

    name: Name
    description: Text = None
    secret: Text = None
    expires_at: Text = None
    unrestricted: bool | None = None
    roles: list[RoleReference] = []
    access_rules: Annotated[list[AccessRule], Meta(max_length=100)] = []
    id: str | UnsetType = UNSET
    project_id: str | UnsetType = UNSET
    system: Text = None


LimitValue = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
Uuid = Annotated[str, Meta(pattern=r"^(-*[0-9a-fA-F]){32}-*$")]
RegionId = Annotated[str, Meta(min_length=1, max_length=255)]
ShortText = Annotated[str, Meta(max_length=255)] | None


class RegisteredLimit(Struct, forbid_unknown_fields=True):
    service_id: Uuid | UnsetType = UNSET
    region_id: RegionId | None | UnsetType = UNSET
    resource_name: Name | UnsetType = UNSET
    default_limit: LimitValue | UnsetType = UNSET
    description: ShortText | UnsetType = UNSET


class NewRegisteredLimit(RegisteredLimit, kw_only=True):
    service_id: Uuid
    resource_name: Name
    default_limit: LimitValue


class Limit(Struct, forbid_unknown_fields=True):
    resource_limit: LimitValue | UnsetType = UNSET
    description: ShortText | UnsetType = UNSET


class NewLimit(Struct, forbid_unknown_fields=True):
    """Of a project or of a domain: one of both, and only one, is said."""

    service_id: Uuid
    resource_name: Name
    resource_limit: LimitValue
    region_id: RegionId | None | UnsetType = UNSET
    project_id: Id | UnsetType = UNSET
    domain_id: Id | UnsetType = UNSET
    description: ShortText | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.project_id is UNSET) == (self.domain_id is UNSET):
            raise ValueError("a limit is either of a project (project_id) or of a domain (domain_id)")


class RegisteredLimitQuery(Struct):
    """What lists of registered limits are filtered by."""

    service_id: Uuid | UnsetType = UNSET
    region_id: RegionId | UnsetType = UNSET
    resource_name: Name | UnsetType = UNSET


class LimitQuery(RegisteredLimitQuery):
    project_id: Id | UnsetType = UNSET
    domain_id: Id | UnsetType = UNSET


# Bodies: the noun inside one key, and nothing beside it.


class NewApplicationCredentialBody(Struct, forbid_unknown_fields=True):
    application_credential: NewApplicationCredential


class RegisteredLimitBody(Struct, forbid_unknown_fields=True):
    registered_limit: RegisteredLimit


class NewRegisteredLimitsBody(Struct, forbid_unknown_fields=True):
    registered_limits: Annotated[list[NewRegisteredLimit], Meta(min_length=1)]


class LimitBody(Struct, forbid_unknown_fields=True):
    limit: Limit


class NewLimitsBody(Struct, forbid_unknown_fields=True):
    limits: Annotated[list[NewLimit], Meta(min_length=1)]


class ProjectBody(Struct, forbid_unknown_fields=True):
    """It may say nothing at all."""

    project: Project | UnsetType = UNSET


class NewProjectBody(Struct, forbid_unknown_fields=True):
    project: NewProject


class DomainBody(Struct, forbid_unknown_fields=True):
    domain: Domain


class NewDomainBody(Struct, forbid_unknown_fields=True):
    domain: NewDomain


class TagsBody(Struct, forbid_unknown_fields=True):
    tags: Tags


class UserBody(Struct, forbid_unknown_fields=True):
    user: User


class NewUserBody(Struct, forbid_unknown_fields=True):
    user: NewUser


class PasswordBody(Struct):
    """Keystone takes more beside it, and ignores it."""

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


class NewRegionBody(Struct):
    """Keystone takes more beside a new region and beside a service, and ignores it."""

    region: NewRegion


class ServiceBody(Struct):
    service: Service


class NewServiceBody(Struct):
    service: NewService


class EndpointBody(Struct, forbid_unknown_fields=True):
    endpoint: Endpoint


class NewEndpointBody(Struct, forbid_unknown_fields=True):
    endpoint: NewEndpoint


class EndpointGroupBody(Struct, forbid_unknown_fields=True):
    endpoint_group: EndpointGroup


class NewEndpointGroupBody(Struct, forbid_unknown_fields=True):
    endpoint_group: NewEndpointGroup


class CredentialBody(Struct, forbid_unknown_fields=True):
    credential: CredentialChange


class NewCredentialBody(Struct, forbid_unknown_fields=True):
    credential: NewCredential


class NewTrustBody(Struct, forbid_unknown_fields=True):
    trust: NewTrust
