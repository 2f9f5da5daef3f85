#!/usr/bin/env bash
# slurm-cluster.sh start|stop FOLDER: a Slurm cluster of this machine alone, with its own munged, slurmctld and slurmd in FOLDER, for tests. Wants root and
# the packages slurmctld, slurmd, slurm-client and munge. Clients find it by SLURM_CONF=FOLDER/slurm.conf; it offers 8 CPUs, whatever the machine has.
source "$(dirname "$0")/common.sh"
[ $# = 2 ] || fail "slurm-cluster.sh wants start or stop and a folder" "e.g. tools/slurm-cluster.sh start /tmp/cluster"
mkdir -p "$2"
folder=$(cd "$2" && pwd)

stop() {
  for name in slurmd slurmctld munged; do
    if [ -s "$folder/$name.pid" ]; then
      pid=$(cat "$folder/$name.pid")
      kill "$pid" 2>/dev/null || true
      for _ in $(seq 50); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
      done
      kill -KILL "$pid" 2>/dev/null || true
    fi
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start() {
  for program in munged slurmctld slurmd sbatch sinfo; do
    command -v "$program" >/dev/null || fail "there is no $program" "install slurmctld, slurmd, slurm-client and munge"
  done
  host=$(hostname -s)
  mkdir -p "$folder"/{state,spool}
  mkdir -p "$folder/munge"
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 600 "$folder/munge/key"
  chmod 755 "$folder"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" --log-file="$folder/munge/log" \
    --seed-file="$folder/munge/seed" || fail "munged did not start" "see $folder/munge/log"
  cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=2
MailProg=/bin/true
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1,requeue_delay=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=8
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF="$folder/slurm.conf"
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF" -N "$host"
  for _ in $(seq 100); do
    sinfo --noheader --format=%t 2>/dev/null | grep -q '^idle' && return
    sleep 0.2
  done
  stop
  fail "the cluster did not come up" "see the logs in $folder"
}

case $1 in
  start) start ;;
  stop) stop ;;
  *) fail "no command '$1'" "say start or stop" ;;
esac
