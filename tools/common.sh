# shellcheck shell=bash
# Shared by the scripts of this folder: how they speak, and how they become root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step_start=0
step() {  # step "what is done": names the step; done_step prints how long it took
  step_start=$(date +%s)
  step_name=$1
  printf '==> %s\n' "$step_name"
}
done_step() { printf '    %s: %d s\n' "$step_name" "$(($(date +%s) - step_start))"; }
fail() {  # fail "what went wrong" "what to do"
  printf 'error: %s; %s\n' "$1" "$2" >&2
  exit 1
}
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "installing Debian packages needs root and there is no sudo" "run 'make setup' once as root"
  fi
}
listed() { sed -e 's/#.*//' "$@" | tr -s ' \n' '\n' | sed '/^$/d'; }  # the words of list files, comments aside

install_debian() {  # install_debian LIST...: what is missing of the lists
  local missing=()
  for package in $(listed "$@"); do
    # pkg-config is a virtual name on some releases, so ask for what provides it too.
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  step "Debian packages: ${missing[*]}"
  mkdir -p .deps
  local log=.deps/apt.log
  as_root apt-get update -q >"$log" 2>&1 || fail "apt-get update failed: $(tail -n 1 "$log")" "see $log"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    fail "apt-get install failed: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")" "see $log"
  done_step
}
