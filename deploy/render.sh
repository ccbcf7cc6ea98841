#!/bin/sh
# Prints the objects of an overlay, or of several that are applied on top of each other.
set -eu

usage() {
  cat >&2 <<'TEXT'
usage: deploy/render.sh OVERLAY[+OVERLAY...]

  OVERLAY  name of a folder in deploy/overlays, or the path of your own overlay (with a slash in it)

  KUBECTL names the program that renders; default: oc or kubectl on the PATH.
  More than one replica is refused without the overlay postgresql.
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
    echo "render.sh: overlay \"$1\" not found: $folder/kustomization.yaml does not exist" >&2
    exit 64
  }
}

render() {
  "$kubectl" kustomize "$1" >"$work/rendered.yaml" || {
    case +$2+ in
      *+native-sidecar+*)
        echo 'render.sh: native-sidecar needs birddog and sidecar as the first containers, in this order:' \
          'a patch of containers must name both, even if it changes only one' >&2
        ;;
    esac
    exit 1
  }
}

# Prints the rendered objects. Replicas with separate ledgers would not respect each other's writes in progress.
print_rendered() {
  replicas=$(awk '/^---$/ { kind = name = "" } /^kind: / { kind = $2 } /^  name: / { name = $2 }
    /^  replicas: / && kind == "Deployment" && name == "birddog" { print $2 }' "$work/rendered.yaml")
  if [ "${replicas:-1}" -gt 1 ] && [ "$(grep -c 'postgresql://' "$work/rendered.yaml")" -lt 2 ]; then
    echo "render.sh: $replicas replicas need one shared ledger: add the overlay postgresql, or set replicas to 1" >&2
    exit 64
  fi
  # A patch of a container that native-sidecar has moved adds a second one, without an image.
  twice=$(awk '/^      [a-zA-Z]/ { inside = /^      (initC|c)ontainers:$/ }
    inside && /^      (- |  )name: / { print $NF }' "$work/rendered.yaml" | sort | uniq -d)
  if [ -n "$twice" ]; then
    echo "render.sh: two containers named $twice: native-sidecar must come after each overlay that changes the sidecar" >&2
    exit 64
  fi
  # Old releases print {} for an object that an overlay deletes.
  awk '/^---$/ { separates = 1; next } /^\{\}$/ { separates = 0; next }
    { if (separates && printed) print "---"; separates = 0; printed = 1; print }' "$work/rendered.yaml"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

case $1 in
  *+*) ;;
  *)
    folder_of "$1"
    render "$folder" "$1"
    print_rendered
    exit
    ;;
esac

overlays=$1
refuse_both() {
  case +$overlays+,+$overlays+ in
    *"+$1+"*,*"+$2+"*)
      echo "render.sh: $1 and $2 cannot be combined: both provide the $3. Use one of them." >&2
      exit 64
      ;;
  esac
}
# Without Vault's token the watch cannot read keys, and it would write a second copy of them.
refuse_both watch vault-injector keys
refuse_both watch secret keys
refuse_both vault-injector secret keys
refuse_both persistent postgresql ledger

# Old kustomize releases do not support components, and no release accepts two overlays of the same base. So the overlays are
# chained: each gets the previous one as its base.
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
    echo "render.sh: $folder/kustomization.yaml must contain the line \"- ../../base\" exactly once to be combined with others" >&2
    exit 64
  }
  sed "s|^\( *- \)\.\./\.\./base\$|\1$base|" "$file" >"$file.new"
  mv "$file.new" "$file"
  base=../$count
done
render "$work/overlays/$count" "$1"
print_rendered
