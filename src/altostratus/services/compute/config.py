"""Compute's options, the [compute] table of altostratus.toml."""

import msgspec


class ComputeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Ratios say how much may be promised for each unit there is; quotas are per project, -1 is unlimited."""

    virt_type: str = "auto"
    """'kvm', 'qemu' (software emulation), or 'auto': KVM if a guest really boots under it."""
    libvirt_uri: str = "qemu:///system"
    """Where libvirt is."""
    cpu_allocation_ratio: float = 16.0
    ram_allocation_ratio: float = 1.5
    disk_allocation_ratio: float = 2.0
    reserved_host_memory_mb: int = 512
    """Memory of the host that is never given to servers."""
    shutdown_timeout: float = 60.0
    """Seconds a guest gets to power itself off before it is switched off."""
    soft_reboot_timeout: float = 120.0
    """Seconds a guest gets to power itself off for a soft reboot before it is reset."""
    detach_timeout: float = 160.0
    """Seconds a guest gets to let go of a volume before it keeps it."""
    unused_base_seconds: float = 86400.0
    """How long a host keeps its copy of an image that none of its servers uses any more."""
    restart_crashed: bool = True
    """Start servers again that crashed, or whose host rebooted, while they were meant to run."""
    metadata_items: int = 128
    """Most metadata items of a server (a quota)."""
    instances: int = 10
    cores: int = 20
    ram: int = 51200
    """MiB of memory per project."""
    key_pairs: int = 100
    server_groups: int = 10
    server_group_members: int = 10

    def quotas(self) -> dict[str, int]:
        """Default limits by Nova's names."""
        return {
            "instances": self.instances,
            "cores": self.cores,
            "ram": self.ram,
            "key_pairs": self.key_pairs,
            "metadata_items": self.metadata_items,
            "server_groups": self.server_groups,
            "server_group_members": self.server_group_members,
        }
