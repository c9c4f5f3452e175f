"""How one cloud is configured: command-line options over `altostratus.toml` in the data directory over defaults."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVICES = ("identity", "image", "network", "compute", "volume", "objectstore", "s3")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `alto up` needs to know. `trusted_proxies` are addresses and networks of proxies that say where a
    request comes from. `services` are the per-service tables of the file, checked by each
    service's own config class."""

    data_dir: Path
    address: str = "127.0.0.1"
    port: int = 8774
    public_url: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    region: str = "RegionOne"
    database: str = ""
    simulate: bool = False
    log_level: str = "info"
    log_json: bool = False
    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The cloud's public URL without a trailing slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = "https" if self.tls_cert else "http"
        host = "127.0.0.1" if self.address in ("0.0.0.0", "::") else self.address  # noqa: S104 - compared, not bound
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data_dir / 'altostratus.db'}"

    @property
    def objects_url(self) -> str:
        """The database of objects: a file of its own, or the same PostgreSQL."""
        own = not self.database or self.database.startswith("sqlite")
        return f"sqlite:///{self.data_dir / 'objects.db'}" if own else self.database


def read_settings(data_dir: Path, **given: Any) -> Settings:
    """Settings from the data directory's file, with what was given (and is not None) on top."""
    path = data_dir / "altostratus.toml"
    found = tomllib.loads(path.read_text()) if path.exists() else {}
    services = {name: found.pop(name) for name in SERVICES if isinstance(found.get(name), dict)}
    known = set(Settings.__dataclass_fields__) - {"data_dir", "services"}
    if unknown := set(found) - known:
        raise ValueError(f"{path}: unknown option {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    for name in ("tls_cert", "tls_key"):
        if name in found:
            found[name] = Path(found[name])
    found.update({name: value for name, value in given.items() if value is not None})
    return Settings(data_dir=data_dir, services=services, **found)
