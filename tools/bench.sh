#!/usr/bin/env bash
# bench.sh BUILD [FILTER]: runs every benchmark of the build and prints one table, with shares of this machine's measured limits where a benchmark states one.
source "$(dirname "$0")/common.sh"
build=$1 filter=${2:-.}
"$build/smelt" doctor --quiet
printf '\n%-64s %14s  %s\n' BENCHMARK TIME COUNTERS
for bench in "$build"/bench/*; do
  [ -x "$bench" ] || continue
  "$bench" --benchmark_filter="$filter" --benchmark_format=json --benchmark_min_time=0.2 2>/dev/null |
    python3 tools/bench_table.py "$(basename "$bench")" || printf '%-64s failed\n' "$(basename "$bench")"
done
