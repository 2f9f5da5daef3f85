#!/usr/bin/env bash
# Fails where clang-format would change a file.
source "$(dirname "$0")/common.sh"
git ls-files '*.h' '*.cpp' | xargs clang-format-19 --dry-run --Werror || fail "files are not formatted" "run 'make format'"
