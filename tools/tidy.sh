#!/usr/bin/env bash
# clang-tidy on the sources that changed since BASE (default: the last commit that is on origin's main, else the last one); ALL=1: on every source.
source "$(dirname "$0")/common.sh"
base=${BASE:-$(git rev-parse --verify -q origin/main || git rev-parse HEAD~1 2>/dev/null || git rev-parse HEAD)}
if [ "${ALL:-0}" = 1 ]; then
  files=$(git ls-files 'src/*.cpp')
else
  files=$({ git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'; git ls-files --others --exclude-standard 'src/*.cpp'; } | sort -u)
fi
[ -n "$files" ] || { echo "tidy: nothing changed"; exit 0; }
test -f build/tidy/build.ninja || cmake --preset tidy >/dev/null
cmake --build build/tidy --target help >/dev/null
printf '%s\n' "$files" | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/tidy --quiet 2>build/tidy/tidy.log || fail "clang-tidy found something" "mend it, or run tools/tidy.sh again for one file"
echo "tidy: $(printf '%s\n' "$files" | wc -l) files are clean"
