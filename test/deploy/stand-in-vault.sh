#!/bin/sh
# Fake CLI of Vault: records each call and its input in CALLS, and keeps each secret in a file of STORE. DENIES names a call that
# the server denies, such as "kv get". Messages and statuses are those of OpenBao's CLI 2.7.2 (test/vault).
set -u

printf '%s\n' "$*" >>"$CALLS"
[ "$1" != policy ] || sed 's/^/  /' >>"$CALLS"

if [ "$1 $2" = "${DENIES-}" ]; then
  printf 'Error making API request.\n\nCode: 403. Errors:\n\n* permission denied\n' >&2
  exit 2
fi

call="$1 $2"
case $call in
  'policy write') echo "Success! Uploaded policy: $3" && exit ;;
  'write auth/'*) echo "Success! Data written to: $2" && exit ;;
esac

shift 2
checked=
while :; do
  case $1 in
    -cas=0) checked=1 ;;
    -mount=*) mount=${1#-mount=} ;;
    *) break ;;
  esac
  shift
done
path=$mount/$1
file=$STORE/$(printf %s "$path" | tr / .)
shift

case $call in
  'kv put')
    if [ -n "$checked" ] && [ -e "$file" ]; then
      printf 'Error writing data to %s: Error making API request.\n\nCode: 400. Errors:\n\n' "$path" >&2
      echo '* check-and-set parameter did not match the current version' >&2
      exit 2
    fi
    printf '%s\n' "$@" >"$file"
    ;;
  'kv get')
    [ -e "$file" ] || { echo "No value found at $path" >&2 && exit 2; }
    cat "$file"
    ;;
esac
