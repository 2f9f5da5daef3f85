#!/usr/bin/env bash
# Builds the fuzzers and runs each for SECONDS (default 30), two at a time, on its own corpus of build/fuzz-corpus. A crash leaves its input there.
source "$(dirname "$0")/common.sh"
seconds=${1:-30}
test -f build/fuzz/build.ninja || cmake --preset fuzz >/dev/null
cmake --build build/fuzz -j "$(nproc)"
run_one() {
  name=$(basename "$1")
  mkdir -p "build/fuzz-corpus/$name"
  if "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="build/fuzz-corpus/$name-" "build/fuzz-corpus/$name" >"build/fuzz-corpus/$name.log" 2>&1; then
    printf '    %-32s %s\n' "$name" "$(grep -E '^Done' "build/fuzz-corpus/$name.log" | tail -n 1)"
  else
    tail -n 40 "build/fuzz-corpus/$name.log"
    exit 255
  fi
}
export -f run_one
ls build/fuzz/fuzz/* | xargs -P "$(nproc)" -I{} bash -c "run_one {} $seconds" || fail "a fuzzer found a crash" "its input is in build/fuzz-corpus"
