"""Options of the image service: the [image] table of the configuration file."""

from typing import Literal

import msgspec

TIB = 1 << 40


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults are Glance's."""

    image_size_cap: int = TIB
    """The most bytes that an image's data may have."""

    limit_param_default: int = 25
    """Images on a page where the request names no limit."""

    api_limit_max: int = 1000
    """The most images on a page."""

    image_property_quota: int = 128
    """The most custom properties of an image; -1 is unlimited."""

    image_tag_quota: int = 128
    """The most tags of an image; -1 is unlimited."""

    image_size_total: int = -1
    """Default quota of a project: MiB of image data."""

    image_count_total: int = -1
    """Default quota of a project: images."""

    image_count_uploading: int = -1
    """Default quota of a project: uploads at the same time."""

    inspect_memory: int = 1 << 30
    """Address space, in bytes, that `qemu-img info` may use on an uploaded image."""

    inspect_seconds: int = 30
    """Seconds of CPU, and of waiting, after which `qemu-img info` is stopped."""

    default_store: Literal["local", "objects"] = "local"
    """Where data goes of which the client does not say it (X-Image-Meta-Store): a directory, or the object store."""

    lane_threads: int = 4
    """Threads that write, hash and read image data."""

    @property
    def quotas(self) -> dict[str, int]:
        """The default limits by resource."""
        return {
            "image_size_total": self.image_size_total,
            "image_count_total": self.image_count_total,
            "image_count_uploading": self.image_count_uploading,
        }
