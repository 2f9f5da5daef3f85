#!/usr/bin/env bash
# scale.sh SMELT [GIGABYTES] [THREADS...]: recipes/nemotron-cc.toml on a synthetic crawl of GIGABYTES (1) of HTML in WARC files, every step of curation on, up
# to the corpus; once for each number of THREADS (1 and all). Prints what each step took a core, what was written, and the memory. Needs `make pages`.
source "$(dirname "$0")/common.sh"
smelt=${1:-build/release/smelt}
gigabytes=${2:-1}
shift $(($# < 2 ? $# : 2))
threads=("$@")
[ ${#threads[@]} -gt 0 ] || threads=(1 "$(nproc)")
[ -x "$smelt" ] || fail "there is no $smelt" "run 'make build' first"
crawl=runs/crawl-$gigabytes
data=${SMELT_TEST_DATA:-../shared/data}

step "a crawl of $gigabytes GB in $crawl"
if [ ! -f "$crawl/whole" ]; then
  tools/build.sh release synthetic_crawl
  rm -rf "$crawl"
  mkdir -p "$crawl/books" "$crawl/manuals"
  shards=$((gigabytes * 2))
  build/release/synthetic_crawl "$crawl/books/part" $((gigabytes * 300)) "$shards" pages/anarchism pages/debian-handbook/debian-handbook/html/en-US \
    pages/developers-reference pages/debian-reference-en pages/debian-policy
  build/release/synthetic_crawl "$crawl/manuals/part" $((gigabytes * 700)) "$shards" pages/git-doc pages/postgresql-doc-15 pages/sqlite3-doc \
    pages/apache2-doc pages/python3.11-doc
  touch "$crawl/whole"
fi
done_step
recipe=$crawl/recipe.toml
sed -e "/^name = \"books\"/{n;s|.*|inputs = [\"$crawl/books\"]|;n;d}" -e "/^name = \"manuals\"/{n;s|.*|inputs = [\"$crawl/manuals\"]|;n;d}" \
  recipes/nemotron-cc.toml >"$recipe"
if [ -d "$data/gsm8k" ]; then
  sed -i -e "s|^# \[corpus.decontaminate\]|[corpus.decontaminate]|" -e "s|^# inputs = .*|inputs = [\"$data/gsm8k/test.jsonl\"]|" "$recipe"
fi

for count in "${threads[@]}"; do
  name=scale-$gigabytes-$count
  rm -rf "runs/$name" "runs/$name.disk"
  (
    most=0
    while sleep 2; do
      now=$(du -sm "runs/$name" 2>/dev/null | cut -f 1) || continue
      if [ "${now:-0}" -gt "$most" ]; then
        most=$now
        echo "$most" >"runs/$name.disk"
      fi
    done
  ) &
  watcher=$!
  /usr/bin/time -f '%e %U %S %M %O' -o "runs/$name.time" \
    "$smelt" run "$recipe" --until corpus --set run.name="$name" --set run.probe_seconds=0 --threads "$count" --quiet
  kill "$watcher"
  python3 tools/scale_table.py "runs/$name" "$count"
done
[ ${#threads[@]} -lt 2 ] || tools/same-run.sh "runs/scale-$gigabytes-${threads[0]}" "runs/scale-$gigabytes-${threads[1]}"
