#!/bin/sh
# Deploys Birddog: renders, shows the difference, applies, waits, checks, and rolls back where that fails.
set -u

usage() {
  cat >&2 <<'TEXT'
usage: BIRDDOG_TOKEN=... deploy/deploy.sh [OPTION...] OVERLAY[+OVERLAY...]

  -n, --namespace NAME   where to; default: the namespace of the context
      --context NAME     which cluster; default: the current context
      --timeout SECONDS  how long the pod may take to be ready; default 300
      --url URL          check from here, at this address; default: in the pod, through its Service
      --write            the check creates, reads and deletes a monitor too
  -y, --yes              do not ask

  BIRDDOG_TOKEN is the token of a caller, with which the check asks. KUBECTL names the program to use; without it
  oc or kubectl is looked for. docs/deployment.md tells more.

  Ends with 0: deployed, or already so, and checked; 1: nothing was changed; 2: failed, and what was there before is
  back; 3: failed, and what is left is told; 64: called wrongly; 69: a program is missing.
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
  *[!0-9]* | 0*) say "--timeout is a number of seconds, not \"$timeout\"" && exit 64 ;;
esac
[ -n "${BIRDDOG_TOKEN-}" ] || {
  say 'BIRDDOG_TOKEN is not set: without it the check would be refused, and a good roll-out be rolled back'
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
trap '[ -z "$applied" ] || say "interrupted: what was applied is left, and was not rolled back"; exit 130' INT TERM

DEPLOYMENT=deployment/birddog
# The number under which Kubernetes keeps the pod's present form; empty where there is none.
revision() {
  kubectl get "$DEPLOYMENT" --ignore-not-found \
    -o 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

# Keeps what was last applied of the other objects: a roll-back of the Deployment alone would leave the pod behind
# the policies that broke it.
remember() {
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
          say "$name was not applied from a file, and would not be put back"
        fi
        ;;
    esac
  done <"$work/names"
}

wait_for_pod() { kubectl rollout status "$DEPLOYMENT" "--timeout=${timeout}s"; }

# The token goes through standard input: arguments are in the logs of the cluster.
check() {
  if [ -n "$url" ]; then
    "$here/../bin/birddog" check --url "$url" ${write:+"$write"} --json
  else
    # The variables are the pod's.
    # shellcheck disable=SC2016
    printf '%s\n' "$BIRDDOG_TOKEN" | kubectl exec -i "$DEPLOYMENT" -c birddog -- sh -c \
      'IFS= read -r BIRDDOG_TOKEN; export BIRDDOG_TOKEN; exec birddog check --url "$BIRDDOG_URL" "$@" --json' \
      check ${write:+"$write"}
  fi
}

show_why() {
  kubectl get pods -l app.kubernetes.io/name=birddog >&2
  kubectl logs "$DEPLOYMENT" --all-containers --tail=20 >&2
}

# Ends the deployment that failed because of $1.
roll_back() {
  say "$1"
  show_why || say 'the pods could not be looked at'
  if [ -z "$before" ]; then
    say 'this was the first deployment: there is nothing to go back to, and its objects are left as they are.'
    say "To take them away: deploy/render.sh $overlay | $program delete -f -"
    exit 3
  fi
  if [ -s "$work/before.yaml" ] && ! kubectl apply -f "$work/before.yaml"; then
    say 'the other objects could not be put back'
    exit 3
  fi
  now=$(revision) || now=unknown
  if [ "$now" = "$before" ]; then
    say 'the pod is as it was before'
  else
    kubectl rollout undo "$DEPLOYMENT" "--to-revision=$before" || {
      say "revision $before could not be brought back; revision $now is left"
      exit 3
    }
  fi
  wait_for_pod || {
    say "revision $before was brought back, and its pod has not become ready either"
    exit 3
  }
  say "rolled back: revision $before runs again"
  exit 2
}

KUBECTL=$program "$here/render.sh" "$overlay" >"$work/new.yaml" || {
  say "$overlay does not render; nothing was changed"
  exit 1
}
if grep -nE '\.example([^a-z0-9.-]|$)|image: birddog$' "$work/new.yaml" >&2; then
  say 'these are examples: set your own values in an overlay of yours; nothing was changed'
  exit 1
fi
remember || {
  say 'the cluster does not tell what is there; nothing was changed'
  exit 1
}

kubectl diff -f "$work/new.yaml"
case $? in
  0)
    say 'the cluster is as rendered already'
    wait_for_pod && check && exit 0
    say 'that is not well; nothing was changed, so there is nothing to roll back'
    exit 3
    ;;
  1) ;;
  *)
    say 'the difference could not be had; nothing was changed'
    exit 1
    ;;
esac

if [ -z "$yes" ]; then
  [ -t 0 ] || {
    say 'nobody is there to be asked; give --yes. Nothing was changed'
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
kubectl apply -f "$work/new.yaml" || roll_back 'not everything could be applied'
wait_for_pod || roll_back "the pod has not become ready within $timeout s"
check || roll_back 'the check after the deployment has failed'
say "deployed: revision $(revision)"
