"""Keypairs: import a public key or make a pair."""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Keypair
from altostratus.services.compute.errors import KeypairNotFound, KeypairQuota
from altostratus.services.compute.store import keypairs
from altostratus.services.compute.usecases import Compute


@dataclass(frozen=True, slots=True)
class KeyText:
    """A public key in OpenSSH form with its MD5 fingerprint; the private one only when it was just made."""

    public: str
    fingerprint: str
    private: str | None = field(default=None, repr=False)


def generate_key(comment: str) -> KeyText:
    """A new RSA pair of 2048 bits, as Nova makes them. Slow: call it in a lane."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    text = f"{public.decode()} {comment}"
    return KeyText(text, fingerprint(text), private.decode())


def fingerprint(public_key: str) -> str:
    """The colon-separated MD5 of the key's blob, as Nova shows it."""
    try:
        key = serialization.load_ssh_public_key(public_key.encode())
        blob = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).split()[1]
    except (ValueError, UnsupportedAlgorithm, UnicodeEncodeError) as error:
        raise BadRequest("Keypair data is invalid: failed to generate fingerprint") from error
    digest = hashlib.md5(base64.b64decode(blob), usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def create_keypair(tx: Tx, compute: Compute, actor: Actor, user_id: str, name: str, key: KeyText) -> Keypair:
    """Keep a public key for a user (oneself; an administrator for anyone)."""
    compute.policy.require(actor, "os_compute_api:os-keypairs:create", {"user_id": user_id})
    quota.lock(tx, actor.project, "compute")
    limit = quota.limits(tx, actor.project, "compute", compute.config.quotas())["key_pairs"]
    if 0 <= limit <= keypairs.count_keypairs(tx, user_id):
        raise KeypairQuota()
    made = keypairs.insert_keypair(tx, user_id, name, "ssh", key.public, key.fingerprint)
    events.record(tx, actor, "compute.keypair.create", name)
    return made


def show_keypair(tx: Tx, compute: Compute, actor: Actor, user_id: str, name: str) -> Keypair:
    compute.policy.require(actor, "os_compute_api:os-keypairs:show", {"user_id": user_id})
    found = keypairs.get_keypair(tx, user_id, name)
    if found is None:
        raise KeypairNotFound(name=name, user=user_id)
    return found


def delete_keypair(tx: Tx, compute: Compute, actor: Actor, user_id: str, name: str) -> None:
    compute.policy.require(actor, "os_compute_api:os-keypairs:delete", {"user_id": user_id})
    if not keypairs.delete_keypair(tx, user_id, name):
        raise KeypairNotFound(name=name, user=user_id)
    events.record(tx, actor, "compute.keypair.delete", name)
