#!/usr/bin/env bash
# kill-slurm.sh SMELT RECIPE NAME TASKS KILLS [ARGUMENTS...]: a cluster of this machine alone (slurm-cluster.sh); submits RECIPE as NAME in arrays of TASKS
# processes up to the corpus, kills a running task at random, by SIGKILL, KILLS times, submits again what a round of jobs left undone, and ends with the
# corpus finished. The instants come from a fixed seed.
source "$(dirname "$0")/common.sh"
[ $# -ge 5 ] || fail "kill-slurm.sh wants SMELT RECIPE NAME TASKS KILLS" "e.g. tools/kill-slurm.sh build/release/smelt recipes/mini.toml slurmed 4 50"
smelt=$1 recipe=$2 name=$3 tasks=$4 kills=$5
shift 5
cluster=$(mktemp -d)
tools/slurm-cluster.sh start "$cluster"
trap 'tools/slurm-cluster.sh stop "$cluster"; rm -rf "$cluster"' EXIT
export SLURM_CONF="$cluster/slurm.conf"
submit() {
  "$smelt" slurm "$recipe" --set run.name="$name" --set run.probe_seconds=0 --set run.lease_seconds=2 --tasks "$tasks" --cpus 1 --until corpus --resume "$@" >/dev/null
}
running() { squeue --noheader --array --states=running --format=%i 2>/dev/null; }
release() {  # Slurm holds a job that goes back into the queue for two minutes: too long for here
  squeue --noheader --array --format='%i %r' 2>/dev/null | awk '$2 == "BeginTime" {print $1}' | while read -r job; do
    scontrol update JobId="$job" StartTime=now 2>/dev/null || true
  done
}

RANDOM=4711
mkdir -p runs
rm -rf "runs/$name"
killed=0
rounds=1
submit "$@"
while [ -n "$(squeue --noheader)" ] || ((killed < kills)) || [ ! -f "runs/$name/corpus/manifest.json" ]; do
  ((rounds <= 100)) || fail "100 rounds of jobs did not finish the corpus" "see runs/$name/slurm"
  if [ -z "$(squeue --noheader)" ]; then
    [ ! -f "runs/$name/corpus/manifest.json" ] || rm -rf "runs/$name"
    rounds=$((rounds + 1))
    submit "$@"
  fi
  sleep "$(awk -v r=$RANDOM 'BEGIN {printf "%.2f", 0.1 + r / 32768 * 0.8}')"
  release
  mapfile -t jobs < <(running)
  if ((killed < kills && ${#jobs[@]} > 0)); then
    scancel --full --signal=KILL "${jobs[RANDOM % ${#jobs[@]}]}" 2>/dev/null && killed=$((killed + 1))
  fi
done
printf '    finished after %d kills of arrays of %d tasks, in %d rounds of jobs\n' "$killed" "$tasks" "$rounds"
