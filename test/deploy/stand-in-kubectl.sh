#!/bin/sh
# Fake kubectl: records each call in CALLS and fails those named by FAILS, such as "apply:2" for the second apply.
# INTERRUPTS names a call that sends Ctrl-C to the script. Answers are those of kubectl 1.34 (test/cluster).
set -u

printf '%s\n' "$*" >>"$CALLS"
namespace=d11
while [ "${1-}" = --context ] || [ "${1-}" = --namespace ]; do
  [ "$1" = --context ] || namespace=$2
  shift 2
done

case "$*" in
  'rollout '* | 'get events '*) step=$2 ;;
  'apply --dry-run=server '*) step=dry-run ;;
  'config '*) step=context ;;
  'get deployment/birddog '*revision'}') step=revision ;;
  'get deployment/birddog '*conditions*) step=conditions ;;
  'get deployment/birddog '*) step=names ;;
  'get pods '*-o*) step=containers ;;
  'get pods '*) step=pods ;;
  *NAMESPACE*) step=namespace ;;
  *last-applied*) step=last-applied ;;
  *) step=$1 ;;
esac
printf '%s\n' "$step" >>"$CALLS.steps"
count=$(grep -cx -e "$step" "$CALLS.steps")
for fail in ${FAILS-}; do
  if [ "$fail" = "$step:$count" ]; then
    echo "${SAYS:-stand-in: $step fails}" >&2
    exit 7
  fi
done
applies=$(grep -cx apply "$CALLS.steps")

[ "$step" != "${INTERRUPTS-}" ] || kill -INT "$PPID"
case $step in
  kustomize) cat "$RENDERED" ;;
  # Each apply that changes the pod starts a new revision, also one that restores an old pod.
  revision) echo $((${REVISION:-0} + applies)) ;;
  get)
    [ -z "${REVISION-}" ] && [ "$applies" -eq 0 ] ||
      printf '%s\n' service/birddog networkpolicy.networking.k8s.io/birddog-users deployment.apps/birddog
    [ "$applies" -eq 0 ] || echo configmap/birddog-main-new
    ;;
  last-applied)
    # OVERTAKEN: somebody else applies after this run did.
    [ "$count" -lt "${OVERTAKEN:-9}" ] || echo '{"by":"somebody else"}'
    for name in service/birddog networkpolicy.networking.k8s.io/birddog-users deployment.apps/birddog; do
      echo ---
      [ "$name" = "${UNSAVED-}" ] || printf '%s\n\n' "{\"before\":\"$name\",\"name\":\"birddog\"}"
    done
    ;;
  apply) sed 's/^/applied: /' "$3" >>"$CALLS.applied" ;;
  diff)
    echo '+ what is new'
    exit "${DIFFERS-1}"
    ;;
  namespace) printf '%s\n' "$namespace" "$namespace" ;;
  context) echo here ;;
  conditions) echo 'ReplicaFailure=True FailedCreate: pods "birddog-b67654478-5l5z4" is forbidden: exceeded quota' ;;
  events)
    echo 'other-7b9f   BackOff       Back-off restarting failed container'
    echo 'birddog-b6   FailedMount   MountVolume.SetUp failed for volume "tls" : secret "birddog-tls" not found'
    ;;
  names) echo "${CONTAINERS_NOW-}" ;;
  containers) printf '%s\n' "${POD_LIST-birddog-b6 ready=False init birddog sidecar}" ;;
  logs)
    if [ "$4" != "${LOGLESS-}" ]; then
      echo "last words of $4 in $2"
    else
      echo "Error from server (BadRequest): container \"$4\" in pod \"$2\" is waiting to start: PodInitializing" >&2
      exit 1
    fi
    ;;
  exec)
    # EXEC names a program that runs the command.
    [ -z "${EXEC-}" ] || { while [ "$1" != -- ]; do shift; done && shift && exec "$EXEC" "$@"; }
    cat >"$CALLS.stdin"
    ;;
esac
