#!/usr/bin/env bash
# clang-tidy on the sources that changed since BASE (default: where the branch left origin's main, else the last commit), with the sources of changed
# headers; ALL=1: on every source; FILES="a.cpp b.cpp": on those.
source "$(dirname "$0")/common.sh"
base=${BASE:-$(git merge-base HEAD origin/main 2>/dev/null || true)}
if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
  base=$(git rev-parse --verify -q HEAD~1 || git rev-parse HEAD)
fi
changed() {
  git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp' 'src/*.h'
  git ls-files --others --exclude-standard 'src/*.cpp' 'src/*.h'
}
if [ -n "${FILES:-}" ]; then
  files=$(printf '%s\n' "$FILES" | tr -s ' ' '\n')
elif [ "${ALL:-0}" = 1 ]; then
  files=$(git ls-files 'src/*.cpp')
else
  files=$(changed | sed 's/\.h$/.cpp/' | sort -u | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done)
fi
if [ -z "$files" ]; then
  echo "tidy: nothing changed"
  exit 0
fi
step "clang-tidy on $(printf '%s\n' "$files" | wc -l) files"
test -f build/tidy/build.ninja || cmake --preset tidy >/dev/null
cmake build/tidy >/dev/null  # new files
printf '%s\n' "$files" | xargs -P "$(nproc)" -n 2 clang-tidy-19 -p build/tidy --quiet 2>build/tidy/tidy.log ||
  fail "clang-tidy found something" "mend it; FILES='src/ROOM/NAME.cpp' tools/tidy.sh looks at single files"
done_step
