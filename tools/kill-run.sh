#!/usr/bin/env bash
# kill-run.sh SMELT RECIPE NAME KILLS SECONDS [ARGUMENTS...]: runs RECIPE as NAME, killed by SIGKILL at KILLS random instants within SECONDS of work
# and resumed each time; ends with the run finished. The instants come from a fixed seed, so a failure can be seen again.
source "$(dirname "$0")/common.sh"
smelt=$1 recipe=$2 name=$3 kills=$4 seconds=$5
shift 5
RANDOM=4711
rm -rf "runs/$name"
for ((i = 1; i <= kills; ++i)); do
  "$smelt" run "$recipe" --set run.name="$name" --resume --quiet "$@" >/dev/null &
  pid=$!
  delay=$(awk -v r=$RANDOM -v s="$seconds" -v k="$kills" 'BEGIN {printf "%.2f", 0.3 + r / 32768 * 2 * s / k}')
  sleep "$delay"
  if kill -KILL $pid 2>/dev/null; then
    wait $pid 2>/dev/null || true
    printf '    kill %d after %s s: %s\n' "$i" "$delay" "$(ls -d "runs/$name"/*.partial 2>/dev/null | xargs -r -n1 basename | paste -sd' ')"
  else
    wait $pid || fail "the run failed by itself" "run it once by hand"
    printf '    the run ended before kill %d\n' "$i"
    break
  fi
done
"$smelt" run "$recipe" --set run.name="$name" --resume --quiet "$@" >/dev/null
