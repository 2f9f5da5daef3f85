#!/usr/bin/env bash
# kill-workers.sh SMELT RECIPE NAME WORKERS KILLS [ARGUMENTS...]: runs RECIPE as NAME by WORKERS processes that share it, kills one of them at random, by
# SIGKILL, KILLS times, and puts another in its place each time; ends with the run finished. Where it ends before the last kill, it is removed and begins
# anew. The instants come from a fixed seed.
source "$(dirname "$0")/common.sh"
[ $# -ge 5 ] || fail "kill-workers.sh wants SMELT RECIPE NAME WORKERS KILLS" "e.g. tools/kill-workers.sh build/release/smelt recipes/mini.toml killed 4 50"
smelt=$1 recipe=$2 name=$3 workers=$4 kills=$5
shift 5
arguments=("$@")
declare -a pids=()
start() {  # start INDEX
  "$smelt" run "$recipe" --set run.name="$name" --set run.probe_seconds=0 --set run.lease_seconds=2 --resume --quiet --threads 1 --worker "$1/$workers" \
    "${arguments[@]}" >/dev/null 2>>"runs/$name.workers.log" &
  pids[$1]=$!
}
finish() {  # waits for all workers
  local i status
  for ((i = 0; i < workers; ++i)); do
    status=0
    wait "${pids[$i]}" 2>/dev/null || status=$?
    [ "$status" = 0 ] || [ "$status" = 137 ] || fail "worker $i failed by itself with exit code $status" "see runs/$name.workers.log"
  done
}

RANDOM=4711
mkdir -p runs
rm -rf "runs/$name" "runs/$name.workers.log"
killed=0
rounds=1
for ((i = 0; i < workers; ++i)); do start "$i"; done
while ((killed < kills)); do
  sleep "$(awk -v r=$RANDOM 'BEGIN {printf "%.2f", 0.05 + r / 32768 * 0.8}')"
  victim=$((RANDOM % workers))
  if kill -KILL "${pids[$victim]}" 2>/dev/null; then
    killed=$((killed + 1))
    wait "${pids[$victim]}" 2>/dev/null || true
  elif ! kill -0 "${pids[0]}" 2>/dev/null; then
    finish
    rounds=$((rounds + 1))
    rm -rf "runs/$name"
    for ((i = 0; i < workers; ++i)); do start "$i"; done
    continue
  fi
  start "$victim"
done
finish
"$smelt" run "$recipe" --set run.name="$name" --set run.probe_seconds=0 --resume --quiet "${arguments[@]}" >/dev/null ||
  fail "the run did not finish after $killed kills" "see runs/$name/log.jsonl"
printf '    finished after %d kills of %d workers, in %d runs\n' "$killed" "$workers" "$rounds"
