#!/usr/bin/env bash
# mini-twice.sh SMELT: the miniature run undisturbed on two threads; again, killed at random instants; and its data stages on one thread. All must be
# the same bytes.
source "$(dirname "$0")/common.sh"
smelt=$1
rm -rf runs/mini-a runs/mini-b runs/mini-c
start=$(date +%s)
"$smelt" run recipes/mini.toml --set run.name=mini-a --quiet
seconds=$(($(date +%s) - start))
echo "    undisturbed: $seconds s"
tools/kill-run.sh "$smelt" recipes/mini.toml mini-b 10 "$seconds"
tools/same-run.sh runs/mini-a runs/mini-b
"$smelt" run recipes/mini.toml --set run.name=mini-c --until tokens --threads 1 --quiet
for stage in documents corpus tokenizer tokens; do
  diff -r --exclude=manifest.json "runs/mini-a/$stage" "runs/mini-c/$stage" || fail "$stage differs between one and two threads" "find the order that leaks in"
done
echo "same: one and two threads give the same documents, corpus, tokenizer and tokens"
