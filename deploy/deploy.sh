#!/bin/sh
# Deploys Birddog: renders, shows the difference, applies, waits, checks, and rolls back on failure.
set -u

usage() {
  cat >&2 <<'TEXT'
usage: BIRDDOG_TOKEN=... deploy/deploy.sh [OPTION...] OVERLAY[+OVERLAY...]

  -n, --namespace NAME   target namespace; default: the namespace of the context
      --context NAME     target cluster; default: the current context
      --timeout SECONDS  maximum time until the pod is ready; default: 300
      --url URL          run the check locally against this URL; default: in the pod, through its Service
      --write            let the check also create, read and delete a monitor
  -y, --yes              apply without confirmation

  BIRDDOG_TOKEN is the caller's token that the check uses. KUBECTL names the program to use; default: oc or kubectl on
  the PATH. See docs/deployment.md.

  Exit status: 0 deployed (or unchanged) and checked; 1 nothing was changed; 2 failed and rolled back; 3 failed and not
  rolled back, the output lists what is left; 64 usage error; 69 a program is missing.
TEXT
  exit 64
}

say() { printf '%s\n' "deploy.sh: $*" >&2; }

namespace='' context='' timeout=300 url='' yes='' overlay='' write=''
while [ $# -gt 0 ]; do
  case $1 in
    -n | --namespace | --context | --timeout | --url)
      [ -n "${2-}" ] || usage
      case $1 in
        -n | --namespace) namespace=$2 ;;
        --context) context=$2 ;;
        --timeout) timeout=$2 ;;
        --url) url=$2 ;;
      esac
      shift
      ;;
    --write) write=--write ;;
    -y | --yes) yes=true ;;
    -*) usage ;;
    *)
      [ -z "$overlay" ] || usage
      overlay=$1
      ;;
  esac
  shift
done
[ -n "$overlay" ] || usage
case $timeout in
  *[!0-9]* | 0*) say "--timeout must be a number of seconds, not \"$timeout\"" && exit 64 ;;
esac
[ -n "${BIRDDOG_TOKEN-}" ] || {
  say 'BIRDDOG_TOKEN is required: without it the check fails and a good rollout is rolled back'
  exit 64
}

here=$(cd "$(dirname "$0")" && pwd)
program=${KUBECTL:-$(command -v oc || command -v kubectl)}
command -v "$program" >/dev/null || {
  say 'neither oc nor kubectl is on the PATH'
  exit 69
}
kubectl() { "$program" ${context:+--context "$context"} ${namespace:+--namespace "$namespace"} "$@"; }

work=$(mktemp -d) || exit 1
applied=''
trap 'rm -rf "$work"' EXIT
trap '[ -z "$applied" ] || say "interrupted: the applied objects remain and were not rolled back"; exit 130' INT TERM

DEPLOYMENT=deployment/birddog
# Prints the revision of the Deployment, or nothing if the Deployment does not exist.
revision() {
  kubectl get "$DEPLOYMENT" --ignore-not-found \
    -o 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

# Saves the last applied state of the other objects. Rolling back only the Deployment would keep the network policies that
# broke it.
save_state() {
  before=$(revision) || return 1
  [ -n "$before" ] || return 0
  kubectl get -f "$work/new.yaml" --ignore-not-found -o name >"$work/names" || return 1
  while IFS= read -r name; do
    case $name in
      deployment*) ;;
      *)
        if kubectl apply view-last-applied "$name" -o yaml >"$work/one" 2>/dev/null; then
          { echo '---' && cat "$work/one"; } >>"$work/before.yaml"
        else
          say "$name was not created with apply and cannot be restored"
        fi
        ;;
    esac
  done <"$work/names"
}

wait_for_pod() { kubectl rollout status "$DEPLOYMENT" "--timeout=${timeout}s"; }

# The token is passed through standard input: the cluster logs the arguments of exec.
check() {
  if [ -n "$url" ]; then
    "$here/../bin/birddog" check --url "$url" ${write:+"$write"} --json
  else
    # The pod's shell expands the variables.
    # shellcheck disable=SC2016
    printf '%s\n' "$BIRDDOG_TOKEN" | kubectl exec -i "$DEPLOYMENT" -c birddog -- sh -c \
      'IFS= read -r BIRDDOG_TOKEN; export BIRDDOG_TOKEN; exec birddog check --url "$BIRDDOG_URL" "$@" --json' \
      check ${write:+"$write"}
  fi
}

show_pods() {
  kubectl get pods -l app.kubernetes.io/name=birddog >&2
  kubectl logs "$DEPLOYMENT" --all-containers --tail=20 >&2
}

# Reports the failure $1, restores the previous state, and exits.
roll_back() {
  say "$1"
  show_pods || say 'the pods and their logs could not be read'
  if [ -z "$before" ]; then
    say 'this was the first deployment: there is nothing to roll back to, and its objects remain.'
    say "To delete them: deploy/render.sh $overlay | $program delete -f -"
    exit 3
  fi
  if [ -s "$work/before.yaml" ] && ! kubectl apply -f "$work/before.yaml"; then
    say 'the other objects could not be restored'
    exit 3
  fi
  now=$(revision) || now=unknown
  if [ "$now" = "$before" ]; then
    say 'the Deployment did not change'
  else
    kubectl rollout undo "$DEPLOYMENT" "--to-revision=$before" || {
      say "revision $before could not be restored; revision $now remains"
      exit 3
    }
  fi
  wait_for_pod || {
    say "revision $before was restored, but its pod did not become ready either"
    exit 3
  }
  say "rolled back to revision $before"
  exit 2
}

KUBECTL=$program "$here/render.sh" "$overlay" >"$work/new.yaml" || {
  say "$overlay could not be rendered; nothing was changed"
  exit 1
}
if grep -nE '\.example([^a-z0-9.-]|$)|image: birddog$' "$work/new.yaml" >&2; then
  say 'example values found: replace them in your own overlay; nothing was changed'
  exit 1
fi
save_state || {
  say 'the current objects could not be read from the cluster; nothing was changed'
  exit 1
}

kubectl diff -f "$work/new.yaml"
case $? in
  0)
    say 'no changes: the cluster matches the rendered objects'
    wait_for_pod && check && exit 0
    say 'the deployment is not healthy; nothing was changed, so there is nothing to roll back'
    exit 3
    ;;
  1) ;;
  *)
    say 'the difference could not be computed; nothing was changed'
    exit 1
    ;;
esac

if [ -z "$yes" ]; then
  [ -t 0 ] || {
    say 'not a terminal: pass --yes to apply without confirmation; nothing was changed'
    exit 1
  }
  printf 'Apply this? [y/N] ' >&2
  IFS= read -r answer
  case $answer in
    y | Y | yes) ;;
    *)
      say 'nothing was changed'
      exit 1
      ;;
  esac
fi

applied=true
kubectl apply -f "$work/new.yaml" || roll_back 'some objects could not be applied'
wait_for_pod || roll_back "the pod did not become ready within $timeout s"
check || roll_back 'the check after the deployment failed'
say "deployed: revision $(revision)"
