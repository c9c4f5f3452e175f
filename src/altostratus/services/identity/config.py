"""What an operator may set for identity, in the `[identity]` table of altostratus.toml.

The options from `lockout_failure_attempts` to `change_password_upon_first_use` are those of Keystone's
`[security_compliance]`, under its names, with its meaning and (but for what is said there) its defaults.
https://docs.openstack.org/keystone/latest/admin/configuration.html#security-compliance-and-pci-dss
"""

import re
from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class IdentityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds."""

    token_lifetime: Positive = 3600
    """How long a token is valid."""

    cached_tokens: Count = 10_000
    """How many tokens are kept in memory with what they stand for, at some 2,400 bytes each."""

    cached_catalogs: Positive = 500
    """How many catalogs are kept in memory: one for all projects, and one for each that endpoint filters choose for."""

    return_all_endpoints_if_no_filter: bool = True
    """Whether a project without endpoint filters sees the whole catalog, or (False) an empty one; so do tokens without
    a project."""

    hash_threads: Positive = 2
    """Passwords that are hashed at the same time, at `password_memory_cost` each."""

    signature_lifetime: Count = 900
    """How long a request signed with an EC2 credential gets a token, from the time that it tells."""

    list_limit: Positive | None = None
    """The most elements a list shows without paging; None shows all."""

    project_depth: Positive = 5
    """How deep projects may lie in one another; those right below their domain are at the first level."""

    max_redelegation_count: Count = 3
    """How often a trust may be passed on from one user to another (Keystone's `[trust] max_redelegation_count`)."""

    unified_limit_enforcement_model: Literal["flat", "strict_two_level"] = "flat"
    """What limits must fit (Keystone's `[unified_limit] enforcement_model`): `flat`, nothing; `strict_two_level`, no
    limit of a project above its domain's, and projects lie at most two levels deep."""

    application_credential_limit: Count | None = None
    """How many application credentials a user may have, as Keystone's `[application_credential] user_limit`. None sets
    no limit."""

    expired_kept_days: Positive = 30
    """For how many days a trust or an application credential is still listed after it has expired. From then on it is
    deleted whenever another one is made, as `keystone-manage trust_flush` does with trusts."""

    receipt_lifetime: Positive = 300
    """How long a receipt for some of the methods that a login needs is good for the rest of them (Keystone's
    `[receipt] expiration`)."""

    password_time_cost: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 2
    """Argon2's passes over its memory. Whoever logs in after this or one of the next two was changed has the password
    hashed anew; until then the old hash is good."""

    password_memory_cost: Annotated[int, msgspec.Meta(ge=1024, le=4 * 1024 * 1024)] = 19 * 1024
    """Argon2's memory in KiB, a hash."""

    password_parallelism: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    """Argon2's lanes."""

    lockout_failure_attempts: Positive | None = None
    """So many wrong passwords in a row lock a user's account for `lockout_duration`. None never locks: who may lock
    accounts by guessing can keep their owners out, and `login_failures` slows guessing down without that."""

    lockout_duration: Count = 1800
    """How long an account stays locked; 0 until it is enabled by an administrator."""

    disable_user_account_days_inactive: Positive | None = None
    """After so many days without logging in a user counts as disabled, until it is enabled by an administrator."""

    password_expires_days: Positive | None = None
    """How many days a new password is good for. Passwords that were set before keep their end."""

    unique_last_password_count: Count = 0
    """A user that changes its own password cannot choose any of its last so many, the present one among them."""

    minimum_password_age: Count = 0
    """How many days a user keeps a password that it has chosen before it may choose another."""

    password_regex: str | None = None
    r"""What a new password has to match from its beginning, such as ^(?=.*\d)(?=.*[a-zA-Z]).{7,}$"""

    password_regex_description: str = ""
    """The same in words, for users whose password does not."""

    change_password_upon_first_use: bool = False
    """A password that an administrator has set is good for nothing but changing it."""

    login_failures: Count = 20
    """So many wrong passwords for one user from one address are answered at once; from then on, and until the ones that
    `login_failures_per_minute` forgives are made up for, that address is told to try later (429). Nobody else is
    kept from that user, nor the address from others. 0 sets no limit. Where clients come through a proxy, name it in
    `trusted_proxies`. Keystone has no such limits."""

    login_failures_per_minute: Positive = 10
    """How many wrong passwords for one user from one address are forgiven in a minute."""

    address_login_failures: Count = 1000
    """The same for one address and all users together."""

    address_login_failures_per_minute: Positive = 600
    """How many of those are forgiven in a minute."""

    remembered_login_failures: Positive = 20_000
    """How many pairs of user and address, and how many addresses, these limits know at most, at some 300 bytes each;
    those not seen for the longest time are forgotten."""

    def __post_init__(self) -> None:
        if self.password_regex:
            try:
                re.compile(self.password_regex)
            except re.error as error:
                raise ValueError(f"password_regex is not a regular expression: {error}") from error
        if self.password_memory_cost < 8 * self.password_parallelism:
            raise ValueError("password_memory_cost must be at least 8 times password_parallelism")
