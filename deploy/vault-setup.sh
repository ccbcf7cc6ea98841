#!/bin/sh
# Creates in Vault or OpenBao what Birddog needs: a policy, a role, and two secrets with placeholders.
set -eu

usage() {
  cat >&2 <<'TEXT'
usage: deploy/vault-setup.sh [--print]

  --print  print the commands instead of running them; needs neither the CLI nor a server

  It may run again: the policy and the role are written each time, and a secret that exists is kept. Server, token, Vault
  namespace and CA are those of the CLI's own variables (VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE, VAULT_CACERT; BAO_...).

  VAULT_CLI           program to run; default: bao or vault on the PATH
  VAULT_AUTH_MOUNT    mount of the Kubernetes auth method; default: kubernetes
  VAULT_KV_MOUNT      mount of the key-value engine; default: secret
  VAULT_KV_VERSION    version of the engine, 1 or 2; default: 2
  VAULT_ROLE          name of the role and of the policy; default: birddog
  VAULT_PATH_MAIN     path of Birddog's secret; default: birddog/main
  VAULT_PATH_SIDECAR  path of the sidecar's secret; default: birddog/sidecar
  POD_NAMESPACE       Kubernetes namespace of Birddog; default: birddog
  SERVICE_ACCOUNT     service account of the pod; default: birddog
  TOKEN_AUDIENCE      audience of its token, as in deploy/base/deployment.yaml; default: vault
TEXT
  exit 64
}

print=
case $# in
  0) ;;
  1)
    [ "$1" = --print ] || usage
    print=1
    ;;
  *) usage ;;
esac

auth=${VAULT_AUTH_MOUNT:-kubernetes}
kv=${VAULT_KV_MOUNT:-secret}
version=${VAULT_KV_VERSION:-2}
role=${VAULT_ROLE:-birddog}
main=${VAULT_PATH_MAIN:-birddog/main}
sidecar=${VAULT_PATH_SIDECAR:-birddog/sidecar}
namespace=${POD_NAMESPACE:-birddog}
account=${SERVICE_ACCOUNT:-birddog}
audience=${TOKEN_AUDIENCE:-vault}

# No value needs quotes, so that what --print shows is exactly what runs. A final * would extend the policy.
for value in "$auth" "$kv" "$role" "$main" "$sidecar" "$namespace" "$account" "$audience"; do
  case $value in
    '' | -* | /* | */ | *[!A-Za-z0-9_.:/-]*)
      echo "vault-setup.sh: \"$value\" is not a valid name, path or audience" >&2
      exit 64
      ;;
  esac
done
case $version in
  1) data=$kv ;;
  2) data=$kv/data ;;
  *)
    echo "vault-setup.sh: VAULT_KV_VERSION is \"$version\"; it must be 1 or 2" >&2
    exit 64
    ;;
esac

# The role has no policy "default", so its policy lists what a token may do with itself.
policy=$(
  cat <<TEXT
path "$data/$main" { capabilities = ["read"] }
path "$data/$sidecar" { capabilities = ["read"] }
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
TEXT
)

if [ -n "$print" ]; then
  vault=${VAULT_CLI:-vault}
else
  vault=${VAULT_CLI:-$(command -v bao || command -v vault)} || {
    echo 'vault-setup.sh: neither bao nor vault is on the PATH. --print shows the commands for another machine.' >&2
    exit 69
  }
fi

run() {
  if [ -n "$print" ]; then echo "$vault $*"; else "$vault" "$@"; fi
}

write_policy() {
  if [ -n "$print" ]; then
    printf "%s policy write %s - <<'TEXT'\n%s\nTEXT\n" "$vault" "$role" "$policy"
  else
    printf '%s\n' "$policy" | "$vault" policy write "$role" -
  fi
}

# Writes placeholders into a secret that does not exist. On version 2 the server checks that (cas=0). Version 1 has no such check:
# only "No value found" means that the secret does not exist, because a read may also be denied.
place() {
  path=$1
  shift
  for field in "$@"; do
    set -- "$@" "$field=replace-me"
    shift
  done
  if [ -n "$print" ]; then
    cas='-cas=0 '
    [ "$version" = 2 ] || cas=
    printf '# Only if %s/%s does not exist yet:\n%s\n' "$kv" "$path" "$vault kv put ${cas}-mount=$kv $path $*"
    return
  fi
  if [ "$version" = 2 ]; then
    said=$("$vault" kv put -cas=0 "-mount=$kv" "$path" "$@" 2>&1) && created "$path" && return
    case $said in *check-and-set*) kept "$path" && return ;; esac
  else
    said=$("$vault" kv get "-mount=$kv" "$path" 2>&1) && kept "$path" && return
    case $said in
      *'No value found'*) said=$("$vault" kv put "-mount=$kv" "$path" "$@" 2>&1) && created "$path" && return ;;
    esac
  fi
  printf '%s\n' "$said" >&2
  exit 1
}

created() { echo "Wrote placeholders into $kv/$1. Replace them with the keys."; }
kept() { echo "$kv/$1 exists and is unchanged."; }

write_policy
run write "auth/$auth/role/$role" \
  "bound_service_account_names=$account" "bound_service_account_namespaces=$namespace" "audience=$audience" \
  "token_policies=$role" token_no_default_policy=true token_type=service token_ttl=1h token_max_ttl=24h
place "$main" datadog-api-key datadog-app-key leanix-api-token servicenow-username servicenow-password
[ "$sidecar" = "$main" ] || place "$sidecar" datadog-api-key datadog-app-key
