"""Takes from OpenStack's OpenAPI descriptions what answers look like, for the operations that we have.

    PYTHONPATH=src:. python -m tests.schemas.extract FOLDER

FOLDER holds identity.yaml, image.yaml, network.yaml, compute.yaml and block-storage.yaml of OpenStack's
codegenerator. Writes `openstack/<service>.json.gz` beside this file; see `openstack/README.md` for source and licence.
"""

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.schemas.answers import FOLDER, SPECIFIED, shape_of
from tests.schemas.world import World, in_world, operations_of

Json = dict[str, Any]
FILES = {"volume": "block-storage"}
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_SCHEMA_REFERENCE = "#/components/schemas/"
_WORDS = ("description", "title", "example", "examples", "default", "deprecated", "readOnly", "x-openstack")
"""What says nothing about the shape."""


def extract(service: str, source: Path, wanted: set[str]) -> Json:
    """{"operations": {"GET /v2.1/servers": [{"$ref": …, "min": …, "max": …, "action": …}, …]}, "schemas": {…},
    "listed": {"/v2.1/servers": ["GET", …], …}}; listed is all that is described, whether we have it or not."""
    document = yaml.load(source.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    schemas = document["components"]["schemas"]
    operations: dict[str, list[Json]] = {}
    listed = {
        path: [method.upper() for method in _METHODS if method in kinds] for path, kinds in document["paths"].items()
    }
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            key = f"{method.upper()} {shape_of(path)}"
            if key in wanted and (variants := _variants(described, schemas)):
                operations[key] = variants
    used = _closure({variant["$ref"] for variants in operations.values() for variant in variants}, schemas)
    return {
        "operations": operations,
        "schemas": {name: _bare(schemas[name]) for name in sorted(used)},
        "listed": listed,
    }


def _variants(described: Json, schemas: Json) -> list[Json]:
    """The schemas of an operation's success, one for each range of microversions and each action."""
    found = []
    for status, answer in described["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema") if status[0] == "2" else None
        for one in schema.get("oneOf", [schema]) if schema else ():
            name = one["$ref"].removeprefix(_SCHEMA_REFERENCE)
            about = schemas[name].get("x-openstack", {})
            limits = {"min": about.get("min-ver"), "max": about.get("max-ver"), "action": about.get("action-name")}
            found.append({"$ref": name, **{key: value for key, value in limits.items() if value}})
    return found


def _closure(names: set[str], schemas: Json) -> set[str]:
    """The names with all that their schemas refer to."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [r.removeprefix(_SCHEMA_REFERENCE) for r in _references(schemas[name])]
    return found


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]


def _bare(schema: Any, names: bool = False) -> Any:
    """A schema without its prose; `names` says that the keys are names of attributes, whatever they are called."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if names or key not in _WORDS}
    return {k: _bare(v, not names and k in ("properties", "patternProperties")) for k, v in kept.items()}


def write(world: World, source: Path) -> None:
    """All of them, so that the same input gives the same bytes."""
    for service in SPECIFIED:
        wanted = {f"{o.method} {shape_of(o.path)}" for o in operations_of(world.document(service))}
        found = extract(service, source / f"{FILES.get(service, service)}.yaml", wanted)
        content = json.dumps(found, sort_keys=True, separators=(",", ":")).encode()
        (FOLDER / f"{service}.json.gz").write_bytes(gzip.compress(content, mtime=0))
        print(f"{service}: {len(found['operations'])} of {len(wanted)} operations, {len(found['schemas'])} schemas")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        in_world(Path(directory), lambda world: write(world, Path(sys.argv[1])))
