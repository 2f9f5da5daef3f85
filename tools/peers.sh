#!/usr/bin/env bash
# Builds .peers, a Python environment with the pinned peers (tools/peers.txt) that comparison tests and benchmarks use. Nothing else needs it.
source "$(dirname "$0")/common.sh"
if [ -x .peers/bin/python ] && cmp -s tools/peers.txt .peers/stamp; then
  echo "peers: everything is there"
  exit 0
fi
step "Python peers into .peers"
rm -rf .peers
python3 -m venv .peers
.peers/bin/pip install --quiet --disable-pip-version-check --requirement tools/peers.txt || {
  rm -rf .peers
  fail "pip could not build the environment of the peers" "check the network and run 'make peers' again"
}
cp tools/peers.txt .peers/stamp
done_step
