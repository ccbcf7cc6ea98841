#!/bin/sh
# Builds the image with podman or docker from a clean checkout. Nothing has to be installed or built first.
set -eu

[ $# -ge 1 ] || {
  cat >&2 <<'TEXT'
usage: deploy/build-image.sh NAME[:TAG] [OPTION...]

  OPTION is passed to the engine, such as --build-arg RUN_BASE=registry.example/ubi9/ubi-micro@sha256:...

  ENGINE names podman or docker; default: the first of the two on the PATH.
TEXT
  exit 64
}
engine=${ENGINE:-$(command -v podman || command -v docker)} || {
  echo 'build-image.sh: neither podman nor docker is on the PATH' >&2
  exit 69
}
name=$1
shift
cd "$(dirname "$0")/.."
if revision=$(git rev-parse HEAD 2>/dev/null); then
  [ -z "$(git status --porcelain)" ] || revision=$revision-modified
  set -- --label "org.opencontainers.image.revision=$revision" "$@"
  # Without a user and a password in the address.
  source=$(git config remote.origin.url | sed 's|//[^/]*@|//|')
  [ -z "$source" ] || set -- --label "org.opencontainers.image.source=$source" "$@"
fi
exec "$engine" build --file deploy/Containerfile --tag "$name" "$@" .
