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
      --write            let the check also create and delete a monitor and a dashboard
  -y, --yes              apply without confirmation

  BIRDDOG_TOKEN is the caller's token that the check uses. KUBECTL names the program to use; default: oc or kubectl on
  the PATH. See docs/deployment.md.

  Exit status: 0 deployed (or unchanged) and checked; 1 nothing was changed; 2 failed and rolled back; 3 failed and not
  rolled back, the output lists what is left; 64 usage error; 69 a program is missing.
TEXT
  exit 64
}

# Not to stderr, which is redirected while a signal may interrupt a command.
exec 3>&2
say() { printf '%s\n' "deploy.sh: $*" >&3; }

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

# In a folder of their own: of a single file with a single object, "kubectl get" would print no list.
work=$(mktemp -d) && mkdir "$work/new" || exit 1
applied='' unsaved=''
trap 'rm -rf "$work"' EXIT
trap '[ -z "$applied" ] || say "interrupted: the applied objects remain and were not rolled back"; exit 130' INT TERM

DEPLOYMENT=deployment/birddog
PODS='{range .items[*]}{.metadata.name} ready={.status.conditions[?(@.type=="Ready")].status} '
PODS=$PODS'{.spec.initContainers[*].name} {.spec.containers[*].name}{"\n"}{end}'
# One document for each object, which is empty if the object was not created with apply.
LAST_APPLIED='{range .items[*]}{"---\n"}{.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}{"\n"}{end}'
CONTAINERS='{.spec.template.spec.containers[*].name}'
CONDITIONS='{range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\n"}{end}'

# Prints the revision of the Deployment.
revision() { kubectl get "$DEPLOYMENT" -o 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}'; }

# Prints the names of the rendered objects that exist.
existing() { kubectl get -f "$work/new" --ignore-not-found -o name; }

last_applied() { kubectl get -f "$work/new" --ignore-not-found -o "jsonpath=$LAST_APPLIED"; }

# Tells whether somebody else applied these objects after this run did.
overtaken() { [ -e "$work/applied" ] && last_applied >"$work/now" && ! cmp -s "$work/applied" "$work/now"; }

# Saves the last applied state of all objects that exist. "rollout undo" would restore only the pod, and leave an annotation from
# which the next apply computes wrong differences.
save_state() {
  existing >"$work/names" || return 1
  last_applied >"$work/before.yaml" || return 1
  unsaved=$(awk 'NR == FNR { if (/^---$/) at++; else if (/^{/) saved[at] = 1; next } !saved[FNR]' \
    "$work/before.yaml" "$work/names" | paste -s -d ' ' -)
  [ -z "$unsaved" ] || say "these objects were not created with apply and cannot be restored: $unsaved"
  [ -z "$unsaved" ] || return 0
  for container in $(kubectl get "$DEPLOYMENT" --ignore-not-found -o "jsonpath=$CONTAINERS"); do
    grep -q "\"name\":\"$container\"" "$work/before.yaml" ||
      say "warning: the Deployment has the container $container, which was not applied, as after \"rollout undo\":" \
        "apply will not remove it. To remove it, delete the Deployment and deploy again."
  done
}

# Waits for the pods of the applied Deployment. A progress deadline that the previous rollout exceeded is reported until the new
# one makes progress, so it does not end the wait.
wait_for_pod() {
  left=$timeout
  end=$(($(date +%s) + timeout))
  until kubectl rollout status "$DEPLOYMENT" "--timeout=${left}s" 2>"$work/error"; do
    left=$((end - $(date +%s)))
    if [ "$left" -le 1 ] || ! grep -q 'exceeded its progress deadline' "$work/error"; then
      cat "$work/error" >&2
      return 1
    fi
    sleep 1
    left=$((left - 1))
  done
}

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

# Prints why the pod is not ready: conditions and warnings, which name what no pod can show, then pods and logs.
show_failure() {
  kubectl get "$DEPLOYMENT" -o "jsonpath=$CONDITIONS"
  kubectl get events --field-selector type=Warning --sort-by .metadata.creationTimestamp --no-headers \
    -o custom-columns=OBJECT:.involvedObject.name,REASON:.reason,MESSAGE:.message | grep '^birddog' | tail -n 10
  kubectl get pods -l app.kubernetes.io/name=birddog
  if ! kubectl get pods -l app.kubernetes.io/name=birddog -o "jsonpath=$PODS" >"$work/pods"; then
    say 'the pods could not be read'
    return
  fi
  # With several replicas, the pods that are ready have nothing to say about the others.
  grep -v ' ready=True ' "$work/pods" >"$work/unready" && mv "$work/unready" "$work/pods"
  # One call per container: kubectl stops at the first one without a log, and reads them in any order.
  while read -r pod _ containers; do
    for container in $containers; do
      echo "log of the container $container in $pod:"
      kubectl logs "$pod" -c "$container" --tail=20 </dev/null
    done
  done <"$work/pods"
} >&2

# Prints the command that deletes the objects $1 in the cluster and the namespace of this run.
deletion() {
  target=$(kubectl get -f "$work/new" --ignore-not-found --no-headers \
    -o custom-columns=NAMESPACE:.metadata.namespace | sort -u)
  within=${context:-$(kubectl config current-context 2>/dev/null)}
  echo "$program${within:+ --context $within} --namespace $target delete $1"
}

# Reports the failure $1, restores the previous state, and exits.
roll_back() {
  say "$1"
  show_failure
  if overtaken; then
    say 'another deployment changed the objects meanwhile, so nothing was rolled back'
    exit 3
  fi
  created=$(existing | grep -vxF -f "$work/names" | paste -s -d ' ' -)
  if ! grep -q '^deployment' "$work/names"; then
    say 'this was the first deployment: there is nothing to roll back to, and its objects remain.'
    say "To delete them: $(deletion "$created")"
    exit 3
  fi
  if ! kubectl apply -f "$work/before.yaml" || [ -n "$unsaved" ]; then
    say "not all objects could be restored${unsaved:+: $unsaved}"
    exit 3
  fi
  wait_for_pod || {
    say 'the previous state was restored, but its pod did not become ready either'
    exit 3
  }
  say "rolled back to the previous state, which is now revision $(revision)"
  [ -z "$created" ] || say "Created by the failed deployment, and unused now: $(deletion "$created")"
  exit 2
}

KUBECTL=$program "$here/render.sh" "$overlay" >"$work/new/objects.yaml" || {
  say "$overlay could not be rendered; nothing was changed"
  exit 1
}
if grep -nE '\.example([^a-z0-9.-]|$)|image: birddog$' "$work/new/objects.yaml" >&2; then
  say 'example values found: replace them in your own overlay; nothing was changed'
  exit 1
fi
# Your overlay may set the namespace.
namespace=${namespace:-$(sed -n 's/^  namespace: //p' "$work/new/objects.yaml" | sort -u | head -n 1)}
save_state || {
  say 'the current objects could not be read from the cluster; nothing was changed'
  exit 1
}

kubectl diff -f "$work/new/objects.yaml"
case $? in
  0)
    say 'no changes: the cluster matches the rendered objects'
    kubectl rollout status "$DEPLOYMENT" "--timeout=${timeout}s" && check && exit 0
    show_failure
    say 'the deployment is not healthy; nothing was changed, so there is nothing to roll back'
    exit 3
    ;;
  1) ;;
  *)
    say 'the difference could not be computed; nothing was changed'
    exit 1
    ;;
esac
# Some objects are rejected only by an apply, such as a ConfigMap that is too large for the annotation of the last apply.
kubectl apply --dry-run=server -f "$work/new/objects.yaml" >/dev/null || {
  say 'the cluster rejects the objects; nothing was changed'
  exit 1
}

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
kubectl apply -f "$work/new/objects.yaml" || roll_back 'some objects could not be applied'
last_applied >"$work/applied" || rm "$work/applied"
wait_for_pod || roll_back "the pod did not become ready within $timeout s"
check || roll_back 'the check after the deployment failed'
if overtaken; then
  say 'another deployment changed the objects meanwhile: this one may not be what runs'
  exit 3
fi
say "deployed: revision $(revision)"
