#!/usr/bin/env bash
# mini-twice.sh SMELT [KILLS]: the miniature run undisturbed; again, killed at ten random instants; on one thread; and by four processes of which KILLS (8) are
# killed. All must be the same bytes.
source "$(dirname "$0")/common.sh"
smelt=${1:-build/release/smelt}
kills=${2:-8}
[ -x "$smelt" ] || fail "there is no $smelt" "run 'make build' first"
rm -rf runs/mini-a runs/mini-b runs/mini-c runs/mini-d

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

step "the miniature by four processes, of which $kills are killed"
tools/kill-workers.sh "$smelt" recipes/mini.toml mini-d 4 "$kills"
tools/same-run.sh runs/mini-a runs/mini-d
done_step
