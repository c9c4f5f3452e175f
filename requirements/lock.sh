#!/bin/sh
# Writes the lock files beside it from ../pyproject.toml. Keeps the pins it finds; `lock.sh --upgrade` renews them.
# Needs uv (https://docs.astral.sh/uv/): set UV to its path if it is not on PATH.
set -eu
cd -- "$(dirname -- "$0")/.."

compile() {
  output=$1; shift
  "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --custom-compile-command requirements/lock.sh -o "requirements/$output" "$@"
}

# dev.lock first: it has the most to agree on, and what it pins holds for the others.
compile dev.lock --extra dev "$@" pyproject.toml
compile core.lock --constraints requirements/dev.lock "$@" pyproject.toml
compile libvirt.lock --extra libvirt --constraints requirements/dev.lock "$@" pyproject.toml
compile build.lock "$@" requirements/build.in
