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

# Real pages of the web where the test data is there (tests use the same), else manuals and books, of which a much larger share is text.
articles=(pages/anarchism pages/debian-handbook/debian-handbook/html/en-US pages/developers-reference pages/debian-reference-en)
web=(pages/git-doc pages/postgresql-doc-15 pages/sqlite3-doc pages/apache2-doc pages/python3.11-doc)
share=300
if [ -f "$data/wcxb/pages.tar.xz" ]; then
  articles=("$data/readability" runs/originals/extraction)
  web=(runs/originals/wcxb)
  for name in extraction wcxb; do
    [ -d "runs/originals/$name" ] || { mkdir -p "runs/originals/$name" && tar -xJf "$data/$name/pages.tar.xz" -C "runs/originals/$name"; }
  done
fi

step "a crawl of $gigabytes GB in $crawl"
if [ ! -f "$crawl/whole" ]; then
  tools/build.sh release synthetic_crawl
  rm -rf "$crawl"
  mkdir -p "$crawl/articles" "$crawl/web"
  build/release/synthetic_crawl "$crawl/articles/part" $((gigabytes * share)) $((gigabytes * 2)) "${articles[@]}"
  build/release/synthetic_crawl "$crawl/web/part" $((gigabytes * (1000 - share))) $((gigabytes * 4)) "${web[@]}"
  touch "$crawl/whole"
fi
done_step
recipe=$crawl/recipe.toml
sed -e "s|^name = \"books\"|name = \"articles\"|; s|=books\"|=articles\"|; s|\[\"books\"\]|[\"articles\"]|" \
  -e "s|^name = \"manuals\"|name = \"web\"|; s|=manuals\"|=web\"|" \
  -e "s|^inputs = \[\"pages/anarchism.*|inputs = [\"$crawl/articles\"]|; s|^inputs = \[\"pages/git-doc.*|inputs = [\"$crawl/web\"]|; /^exclude = /d" \
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
