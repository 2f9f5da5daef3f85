#!/usr/bin/env bash
# kill-run.sh SMELT RECIPE NAME KILLS SECONDS [ARGUMENTS...]: runs RECIPE as NAME, killed by SIGKILL at KILLS random instants within SECONDS of work
# and resumed each time; ends with the run finished. The instants come from a fixed seed, so a failure can be seen again.
# The machine is not measured: that would take up most of them.
source "$(dirname "$0")/common.sh"
[ $# -ge 5 ] || fail "kill-run.sh wants SMELT RECIPE NAME KILLS SECONDS" "e.g. tools/kill-run.sh build/release/smelt recipes/mini.toml killed 10 60"
smelt=$1 recipe=$2 name=$3 kills=$4 seconds=$5
shift 5
unfinished() {  # the stages that a kill left half done
  local path found=""
  for path in "runs/$name"/*.partial; do
    [ -e "$path" ] && found+=" $(basename "$path")"
  done
  printf '%s' "${found:- between two stages}"
}

RANDOM=4711
rm -rf "runs/$name"
killed=0
for ((i = 1; i <= kills; ++i)); do
  "$smelt" run "$recipe" --set run.name="$name" --set run.probe_seconds=0 --resume --quiet "$@" >/dev/null &
  pid=$!
  delay=$(awk -v r=$RANDOM -v s="$seconds" -v k="$kills" 'BEGIN {printf "%.2f", 0.3 + r / 32768 * 2 * s / k}')
  sleep "$delay"
  kill -KILL "$pid" 2>/dev/null || true
  status=0
  wait "$pid" 2>/dev/null || status=$?
  case $status in
    137)
      killed=$((killed + 1))
      printf '    kill %d after %s s:%s\n' "$i" "$delay" "$(unfinished)"
      ;;
    0)
      printf '    finished before kill %d\n' "$i"
      break
      ;;
    *) fail "the run failed by itself with exit code $status" "see runs/$name/log.jsonl" ;;
  esac
done
[ "$killed" -gt 0 ] || fail "the run was never killed" "give more SECONDS than it takes"
"$smelt" run "$recipe" --set run.name="$name" --set run.probe_seconds=0 --resume --quiet "$@" >/dev/null ||
  fail "the run did not finish after $killed kills" "see runs/$name/log.jsonl"
printf '    finished after %d kills\n' "$killed"
