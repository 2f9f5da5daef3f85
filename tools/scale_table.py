"""scale_table.py RUN THREADS: what each step of a run of tools/scale.sh took, from its log, its manifests and what
GNU time and the watcher of the disk wrote beside it."""
import json
import re
import sys

run, threads = sys.argv[1], int(sys.argv[2])
counts = {stage: json.load(open(f"{run}/{stage}/manifest.json"))["counts"] for stage in ("documents", "classifiers", "corpus")}
html = counts["documents"]["html_bytes"]
text = counts["documents"]["text_bytes"]

steps = []
for line in open(f"{run}/log.jsonl"):
    found = re.fullmatch(r"(\w+): \d+ tasks, ([\d.]+) s, ([\d.]+) s of processor time", json.loads(line)["message"])
    if found:
        steps.append((found[1], float(found[2]), float(found[3])))

print(f"{threads} thread(s): {html / 1e9:.2f} GB of HTML, {counts['documents']['documents']:,} documents with {text / 1e9:.2f} GB of text")
print(f"{'step':<14}{'seconds':>9}{'CPU s':>9}{'share':>8}{'MB/s of HTML':>14}{'a CPU second':>14}{'CPU h a TB':>12}")
whole = sum(step[1] for step in steps)
cpu = sum(step[2] for step in steps)
for name, seconds, processor in steps + [("all steps", whole, cpu)]:
    rates = [html / 1e6 / value if value else 0 for value in (seconds, processor)]
    print(f"{name:<14}{seconds:>9.1f}{processor:>9.1f}{processor / cpu:>8.1%}{rates[0]:>14.1f}{rates[1]:>14.1f}{processor / 3600 / (html / 1e12):>12.1f}")
seconds, user, system, memory, blocks = open(f"{run}.time").read().split()
disk = open(f"{run}.disk").read().split()[0] if float(seconds) > 2 else "0"
print(f"whole run: {seconds} s, {html / 1e6 / float(seconds) / threads:.1f} MB/s a core by the clock, processor {user} s + {system} s in the system, "
      f"peak memory {int(memory) / 1024:.0f} MiB, most disk {int(disk):,} MB, written {int(blocks) * 512 / 1e6:,.0f} MB")
