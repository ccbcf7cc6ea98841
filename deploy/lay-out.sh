#!/bin/sh
# Writes the files that the image adds to its base into a folder: the launcher, the bundles, Node.js and its libraries.
# The Containerfile and the tests run it. Requires: npm ci && npm run build.
set -eu

[ $# -eq 1 ] || {
  echo 'usage: deploy/lay-out.sh FOLDER' >&2
  exit 64
}
root=$(cd "$(dirname "$0")/.." && pwd)
home=$1/opt/birddog
[ -d "$root/dist/compile-cache" ] || {
  echo 'lay-out.sh: no bundles found; run npm run build' >&2
  exit 1
}

mkdir -p "$home/bin" "$home/dist" "$1/usr/local/bin"
cp "$root/bin/birddog" "$home/bin/birddog"
cp "$root/NOTICE" "$home/NOTICE"
ln -sf /opt/birddog/bin/birddog "$1/usr/local/bin/birddog"
cp "$root"/dist/*.js "$root"/dist/*.br "$root"/dist/*.txt "$root"/dist/*.yaml "$home/dist/"
cp -R "$root/dist/compile-cache" "$home/dist/compile-cache"
# Without it Node would have to detect the module type of the bundles.
echo '{ "type": "module" }' >"$home/package.json"

node=$(readlink -f "$root/node_modules/.bin/node")
cp "$node" "$1/usr/local/bin/node"
# A minimal base contains the C library but not the C++ library.
ldd "$node" | awk '$1 ~ /^lib(stdc\+\+|gcc_s|atomic)\./ { print $3 }' | while read -r library; do
  folder=$(cd "$(dirname "$library")" && pwd -P)
  mkdir -p "$1$folder"
  cp -L "$library" "$1$folder/"
done

# Any user ID runs with group 0, which may read and execute but not write.
chmod -R u=rwX,g=rX,o=rX "$1"
chmod 755 "$home/bin/birddog" "$1/usr/local/bin/node"
