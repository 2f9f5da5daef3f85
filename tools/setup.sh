#!/usr/bin/env bash
# Installs what building and testing need: Debian packages and the wheels whose C++ libraries Smelt links. Does nothing where all is there.
source "$(dirname "$0")/common.sh"
grep -q '^ID=debian' /etc/os-release 2>/dev/null || command -v apt-get >/dev/null ||
  fail "this script knows Debian and its relatives alone" "install what tools/packages.txt lists, then run it again"

lists=(tools/packages.txt)
[ "${1:-}" = --ci ] && lists+=(tools/packages-ci.txt)
install_debian "${lists[@]}"

wheels=$(listed tools/wheels.txt | paste -sd' ')
if [ "$(cat .deps/wheels.stamp 2>/dev/null)" != "$wheels" ]; then
  step "wheels: $wheels"
  mkdir -p .deps
  rm -rf .deps/py .deps/py.partial
  # shellcheck disable=SC2086  # a list of words
  python3 -m pip install --quiet --no-deps --disable-pip-version-check --root-user-action=ignore --target .deps/py.partial $wheels >.deps/pip.log 2>&1 ||
    fail "pip could not fetch the wheels: $(tail -n 1 .deps/pip.log)" "see .deps/pip.log and run 'make setup' again"
  mv .deps/py.partial .deps/py
  printf '%s\n' "$wheels" >.deps/wheels.stamp
  done_step
fi
echo "setup: everything is there"
