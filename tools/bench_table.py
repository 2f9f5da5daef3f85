"""Turns Google Benchmark's JSON on standard input into rows of one table; the argument is the benchmark's program."""
import json
import sys

KNOWN = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index", "threads",
         "iterations", "real_time", "cpu_time", "time_unit", "label"}


def shown(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


text = sys.stdin.read()
for row in json.loads(text)["benchmarks"] if text.strip() else []:  # no output: no benchmark matches the filter
    if row.get("error_occurred"):
        print(f"{sys.argv[1]}/{row['name']}: {row['error_message']}")
        continue
    counters = "  ".join(f"{key} {shown(value)}" for key, value in row.items()
                         if key not in KNOWN and isinstance(value, (int, float)))
    name = f"{sys.argv[1]}/{row['name']}"
    print(f"{name:<64} {shown(row['real_time']):>11} {row['time_unit']}  {counters} {row.get('label', '')}".rstrip())
