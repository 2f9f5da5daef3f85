#!/usr/bin/env bash
# mini-twice.sh SMELT: the miniature run undisturbed; again, killed at ten random instants; and its data stages on one thread. All must be the same bytes.
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

step "its data stages on one thread"
"$smelt" run recipes/mini.toml --set run.name=mini-c --set run.probe_seconds=0 --until tokens --threads 1 --quiet
for stage in documents corpus tokenizer tokens; do
  diff -r --exclude=manifest.json "runs/mini-a/$stage" "runs/mini-c/$stage" || fail "$stage differs between one thread and all" "find the order that leaks in"
done
echo "same: documents, corpus, tokenizer and tokens are equal on one thread and on all"
done_step
