#!/usr/bin/env bash
# same-run.sh RUN OTHER: compares what two runs of one recipe made, byte for byte, of every stage that the first one finished. What holds wall times is left
# out: manifests and telemetry.
source "$(dirname "$0")/common.sh"
[ $# = 2 ] || fail "same-run.sh wants two folders of runs" "e.g. tools/same-run.sh runs/mini-a runs/mini-b"
stages=()
for stage in documents classifiers corpus tokenizer tokens train eval; do
  if [ -f "$1/$stage/manifest.json" ]; then
    stages+=("$stage")
    [ -f "$2/$stage/manifest.json" ] || fail "$2 has not finished $stage" "finish it with --resume"
  fi
done
[ ${#stages[@]} -gt 0 ] || fail "$1 has not finished a stage" "finish it with --resume"
made() {
  (cd "$1" && find "${stages[@]}" -type f ! -name manifest.json ! -path '*/telemetry/*' -print0 |
    sort -z | xargs -0 sha256sum)
}
mkdir -p build
made "$1" >build/same-run.left
made "$2" >build/same-run.right
diff build/same-run.left build/same-run.right >build/same-run.diff || {
  head -n 20 build/same-run.diff >&2
  fail "$1 and $2 differ" "see build/same-run.diff"
}
echo "same: $(wc -l <build/same-run.left) files of ${stages[*]} in $1 and $2 are equal byte for byte"
