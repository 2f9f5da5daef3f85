#!/usr/bin/env bash
# Fails where clang-format would change a file, or shellcheck finds something in a script.
source "$(dirname "$0")/common.sh"
git ls-files -z '*.h' '*.cpp' | xargs -0 clang-format-19 --dry-run --Werror || fail "files are not formatted" "run 'make format'"
shellcheck tools/*.sh .ci/run || fail "shellcheck found something in a script" "mend it, or say in the script why it is right"
echo "format: $(git ls-files '*.h' '*.cpp' | wc -l) files are as clang-format writes them, the scripts are clean"
