#!/bin/sh
# Prints the objects of an overlay, or of several that are laid one on the other.
set -eu

usage() {
  cat >&2 <<'TEXT'
usage: deploy/render.sh OVERLAY[+OVERLAY...]

  An OVERLAY is the name of a folder in deploy/overlays, or the path of one of your own (with a slash in it).
  KUBECTL names the program that renders; without it oc or kubectl is looked for.
TEXT
  exit 64
}

[ $# -eq 1 ] || usage
here=$(cd "$(dirname "$0")" && pwd)
kubectl=${KUBECTL:-$(command -v oc || command -v kubectl)} || {
  echo "render.sh: neither oc nor kubectl is on the PATH" >&2
  exit 69
}

folder_of() {
  case $1 in
    */*) folder=$1 ;;
    *) folder=$here/overlays/$1 ;;
  esac
  [ -f "$folder/kustomization.yaml" ] || {
    echo "render.sh: there is no overlay \"$1\" ($folder/kustomization.yaml)" >&2
    exit 64
  }
}

case $1 in
  *+*) ;;
  *)
    folder_of "$1"
    exec "$kubectl" kustomize "$folder"
    ;;
esac

# Both keep the keys of one pod: the watch's login has no token there, and it would write keys beside the agent's.
case +$1+,+$1+ in
  *+watch+*,*+vault-injector+*)
    echo 'render.sh: watch and vault-injector both keep the keys: take one of them' >&2
    exit 64
    ;;
esac

# Kustomize's own way to combine, components, is unknown to old releases, and two overlays of one base are refused by all.
# So they are laid out in a row, each with the one before it as its base.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/overlays"
cp -R "$here/base" "$work/base"
base=../../base
count=0
rest=$1+
while [ -n "$rest" ]; do
  folder_of "${rest%%+*}"
  rest=${rest#*+}
  count=$((count + 1))
  cp -R "$folder" "$work/overlays/$count"
  file=$work/overlays/$count/kustomization.yaml
  [ "$(grep -c '^ *- \.\./\.\./base$' "$file")" -eq 1 ] || {
    echo "render.sh: $folder/kustomization.yaml must have the line \"- ../../base\" to be laid on others" >&2
    exit 64
  }
  sed "s|^\( *- \)\.\./\.\./base\$|\1$base|" "$file" >"$file.new"
  mv "$file.new" "$file"
  base=../$count
done
"$kubectl" kustomize "$work/overlays/$count"
