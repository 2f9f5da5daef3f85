#!/usr/bin/env bash
# same-run.sh RUN OTHER: compares what two runs of one recipe made, byte for byte. What holds wall times is left out: manifests and telemetry.
source "$(dirname "$0")/common.sh"
made() {
  (cd "$1" && find documents corpus tokenizer tokens train model -type f ! -name manifest.json ! -path '*/telemetry/*' -print0 |
    sort -z | xargs -0 sha256sum)
}
count=$(made "$1" | wc -l)
[ "$count" -gt 10 ] || fail "$1 holds only $count files to compare" "is it a finished run?"
diff <(made "$1") <(made "$2") >build/same-run.diff || {
  head -n 20 build/same-run.diff >&2
  fail "$1 and $2 differ" "see build/same-run.diff"
}
echo "same: $count files of $1 and $2 are equal byte for byte"
