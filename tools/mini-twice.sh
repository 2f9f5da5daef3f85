#!/usr/bin/env bash
# mini-twice.sh SMELT: the miniature run undisturbed; again, killed at ten random instants; and once more on one thread. All must be the same bytes.
source "$(dirname "$0")/common.sh"
smelt=${1:-build/release/smelt}
[ -x "$smelt" ] || fail "there is no $smelt" "run 'make build' first"
rm -rf runs/mini-a runs/mini-b runs/mini-c

step "the miniature, undisturbed"
start=$(date +%s)
"$smelt" run recipes/mini.toml --set run.name=mini-a --set run.probe_seconds=0 --quiet
seconds=$(($(date +%s) - start))
done_step

step "the miniature, killed ten times"
tools/kill-run.sh "$smelt" recipes/mini.toml mini-b 10 "$seconds"
tools/same-run.sh runs/mini-a runs/mini-b
done_step

step "the miniature on one thread"
"$smelt" run recipes/mini.toml --set run.name=mini-c --set run.probe_seconds=0 --threads 1 --quiet
tools/same-run.sh runs/mini-a runs/mini-c
done_step
