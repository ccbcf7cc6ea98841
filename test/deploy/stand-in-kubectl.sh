#!/bin/sh
# Fake kubectl: records each call in CALLS and fails those named by FAILS, such as "apply:2" for the second apply.
# INTERRUPTS names a call that sends Ctrl-C to the script.
set -u

printf '%s\n' "$*" >>"$CALLS"
while [ "${1-}" = --context ] || [ "${1-}" = --namespace ]; do shift 2; done

case "$1 ${2-}" in
  'rollout '* | 'apply view-last-applied') step=$2 ;;
  'get deployment/birddog') step=revision ;;
  *) step=$1 ;;
esac
printf '%s\n' "$step" >>"$CALLS.steps"
count=$(grep -cx -e "$step" "$CALLS.steps")
for fail in ${FAILS-}; do
  if [ "$fail" = "$step:$count" ]; then
    echo "stand-in: $step fails" >&2
    exit 7
  fi
done

[ "$step" != "${INTERRUPTS-}" ] || kill -INT "$PPID"
case $step in
  kustomize) cat "$RENDERED" ;;
  # Empty for a first deployment; incremented after an apply that starts a new pod.
  revision)
    now=${REVISION-}
    if [ "${NEW_POD-true}" = true ] && grep -qx apply "$CALLS.steps"; then now=$((${now:-0} + 1)); fi
    printf '%s' "$now"
    ;;
  get) printf '%s\n' service/birddog networkpolicy.networking.k8s.io/birddog-users deployment.apps/birddog ;;
  view-last-applied) echo "before: $3" ;;
  apply) sed 's/^/applied: /' "$3" >>"$CALLS.applied" ;;
  diff)
    echo '+ what is new'
    exit "${DIFFERS-1}"
    ;;
  exec)
    # EXEC names a program that runs the command.
    [ -z "${EXEC-}" ] || { while [ "$1" != -- ]; do shift; done && shift && exec "$EXEC" "$@"; }
    cat >"$CALLS.stdin"
    ;;
esac
