"""Limits on images: what one image may carry, and each project's quota, counted from rows under its lock."""

from collections.abc import Collection

from altostratus.kernel.db import quota
from altostratus.kernel.tx import Tx
from altostratus.services.image.errors import LimitExceeded
from altostratus.services.image.store import uploads
from altostratus.services.image.usecases import Images

MIB = 1 << 20


def check_attributes(service: Images, properties: Collection[str], tags: Collection[str]) -> None:
    """Raise LimitExceeded when an image would carry too many."""
    for what, number, most in (
        ("image properties", len(properties), service.config.image_property_quota),
        ("image tags", len(tags), service.config.image_tag_quota),
    ):
        if 0 <= most < number:
            raise LimitExceeded(
                f"The limit has been exceeded on the number of allowed {what}. Attempted: {number}, Maximum: {most}"
            )


def check_images(service: Images, tx: Tx, owner: str | None) -> None:
    """Raise LimitExceeded when the owner may not have one image more."""
    found, limits = _usage(service, tx, owner)
    _check(owner, "image_count_total", limits, found.images, 1)


def check_upload(service: Images, tx: Tx, owner: str | None, size: int) -> None:
    """Raise LimitExceeded when the owner may not upload `size` more bytes now."""
    found, limits = _usage(service, tx, owner)
    _check(owner, "image_count_uploading", limits, found.uploading, 1)
    _check(owner, "image_size_total", limits, found.size // MIB, size // MIB)


def check_size(service: Images, tx: Tx, owner: str | None, size: int) -> None:
    """Raise LimitExceeded when `size` bytes that have come are more than the owner may keep."""
    found, limits = _usage(service, tx, owner)
    _check(owner, "image_size_total", limits, found.size // MIB, -(-size // MIB))


def _usage(service: Images, tx: Tx, owner: str | None) -> tuple[uploads.Usage, dict[str, int]]:
    project = owner or ""
    quota.lock(tx, project, "image")
    return uploads.usage(tx, project), quota.limits(tx, project, "image", service.config.quotas)


def _check(owner: str | None, resource: str, limits: dict[str, int], used: int, more: int) -> None:
    limit = limits[resource]
    if limit != quota.UNLIMITED and used + more > limit:
        raise LimitExceeded(
            f"Project {owner} is over a limit for [Resource {resource} is over limit of {limit}"
            f" due to current usage {used} and delta {more}]"
        )
