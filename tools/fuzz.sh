#!/usr/bin/env bash
# fuzz.sh [SECONDS] [NAME...]: builds the fuzzers and runs each (or those named) for SECONDS (default 30), as many at a time as there are cores, on its own
# corpus in build/fuzz-corpus, with files of SMELT_TEST_DATA as first inputs where there are any. A crash leaves its input in build/fuzz-corpus.
source "$(dirname "$0")/common.sh"
seconds=${1:-30}
shift || true
tools/build.sh fuzz fuzzers
export DATA="${SMELT_TEST_DATA:-$PWD/../shared/data}"

run_one() {  # run_one PROGRAM SECONDS
  local name corpus seeds=()
  name=$(basename "$1")
  corpus=build/fuzz-corpus/$name
  mkdir -p "$corpus"
  case $name in
    crawl_warc_*) seeds=("$DATA/warc") ;;
    crawl_*) seeds=("$DATA/readability") ;;
    corpus_parquet_*) seeds=("$DATA/parquet") ;;
    base_json_* | corpus_jsonl_*) seeds=("$DATA/json/test_parsing") ;;
  esac
  if [ ${#seeds[@]} -gt 0 ] && [ ! -d "${seeds[0]}" ]; then seeds=(); fi
  if "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$corpus-" "$corpus" "${seeds[@]}" >"$corpus.log" 2>&1; then
    printf '    %-32s %s\n' "$name" "$(grep -E '^Done' "$corpus.log" | tail -n 1)"
  else
    tail -n 40 "$corpus.log"
    return 1
  fi
}
export -f run_one

programs=()
for program in build/fuzz/fuzz/*; do
  if [ -x "$program" ] && { [ $# = 0 ] || [[ " $* " == *" $(basename "$program") "* ]]; }; then programs+=("$program"); fi
done
[ ${#programs[@]} -gt 0 ] || fail "there is no such fuzzer" "names are those in build/fuzz/fuzz"
# shellcheck disable=SC2016  # the inner shell expands
printf '%s\0' "${programs[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'run_one "$1" "$2"' _ {} "$seconds" ||
  fail "a fuzzer found a crash" "its input is in build/fuzz-corpus: give it to the fuzzer as its one argument to see the crash again"
