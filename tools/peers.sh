#!/usr/bin/env bash
# Builds .peers, a Python environment with the pinned peers (tools/peers.txt, tools/peers-alone.txt) that comparison tests and benchmarks use. Nothing else needs it.
source "$(dirname "$0")/common.sh"
wanted=$(cat tools/peers.txt tools/peers-alone.txt)
if [ -x .peers/bin/python ] && [ "$wanted" = "$(cat .peers/stamp 2>/dev/null)" ]; then
  echo "peers: everything is there"
  exit 0
fi
step "Python peers into .peers"
rm -rf .peers
python3 -m venv .peers
{
  .peers/bin/pip install --quiet --disable-pip-version-check --requirement tools/peers.txt &&
    .peers/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement tools/peers-alone.txt
} || {
  rm -rf .peers
  fail "pip could not build the environment of the peers" "check the network and run 'make peers' again"
}
printf '%s\n' "$wanted" >.peers/stamp
done_step
