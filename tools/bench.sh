#!/usr/bin/env bash
# bench.sh BUILD [FILTER]: runs the benchmarks of the build whose names match and prints one table, with shares of this machine's measured limits where
# a benchmark states one.
source "$(dirname "$0")/common.sh"
build=${1:-build/release} filter=${2:-.}
[ -d "$build/bench" ] || fail "there are no benchmarks in $build" "run 'make bench'"
if [ -x "$build/smelt" ]; then
  "$build/smelt" doctor --quiet
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
printf '\n%-64s %14s  %s\n' BENCHMARK TIME COUNTERS
for bench in "$build"/bench/*; do
  [ -x "$bench" ] || continue
  if ! "$bench" --benchmark_filter="$filter" --benchmark_format=json --benchmark_min_time=0.2 2>"$log" |
    python3 tools/bench_table.py "$(basename "$bench")"; then
    printf '%-64s failed: %s\n' "$(basename "$bench")" "$(tail -n 1 "$log")"
    failed=1
  fi
done
exit $failed
