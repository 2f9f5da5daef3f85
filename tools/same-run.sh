#!/usr/bin/env bash
# same-run.sh RUN OTHER: compares what two runs of one recipe made, byte for byte. What holds wall times is left out: manifests and telemetry.
source "$(dirname "$0")/common.sh"
[ $# = 2 ] || fail "same-run.sh wants two folders of runs" "e.g. tools/same-run.sh runs/mini-a runs/mini-b"
made() {
  (cd "$1" && find documents corpus tokenizer tokens train eval -type f ! -name manifest.json ! -path '*/telemetry/*' -print0 |
    sort -z | xargs -0 sha256sum)
}
for run in "$1" "$2"; do
  [ -f "$run/eval/manifest.json" ] || fail "$run is not a finished run" "finish it with --resume"
done
mkdir -p build
made "$1" >build/same-run.left
made "$2" >build/same-run.right
diff build/same-run.left build/same-run.right >build/same-run.diff || {
  head -n 20 build/same-run.diff >&2
  fail "$1 and $2 differ" "see build/same-run.diff"
}
echo "same: $(wc -l <build/same-run.left) files of $1 and $2 are equal byte for byte"
