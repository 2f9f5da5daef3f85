"""Training a byte-level BPE of 32,768 entries beside its peers: seconds, memory, and whether the merges are the same.

train_peers.py BUILD [MEGABYTES]: BUILD holds the program smelt. The text is that of the test data (SMELT_TEST_DATA), cut into words as GPT-2 does. Each
trainer runs in a process of its own on two threads and on one; seconds are of the whole training, reading the text included, without the start of
Python. Needs tokenizers and gigatoken (tools/peers.txt); what is missing is left out."""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

DATA = os.environ.get("SMELT_TEST_DATA", "../shared/data")
VOCABULARY = 32768

# What a peer's process runs: it prints the seconds of the training alone, then writes its merges.
HUGGING_FACE = """
import json, sys, time
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
path, out, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"], show_progress=False,
                              initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
start = time.time()
with open(path, encoding="utf-8", newline="") as file:
    tokenizer.train_from_iterator([file.read()], trainer)
print(time.time() - start)
merges = json.loads(tokenizer.to_str())["model"]["merges"]
json.dump([m if isinstance(m, str) else " ".join(m) for m in merges], open(out, "w"))
"""
GIGATOKEN = """
import json, sys, time
import gigatoken
path, out, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = time.time()
_, merges = gigatoken.train_bpe(path, size, ["<|endoftext|>"])
print(time.time() - start)
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
letters, extra = {b: chr(b) for b in printable}, 256
for byte in range(256):
    if byte not in letters:
        letters[byte], extra = chr(extra), extra + 1
spell = lambda token: "".join(letters[b] for b in token)
json.dump([spell(a) + " " + spell(b) for a, b in merges], open(out, "w"))
"""


def corpus(folder, megabytes):
    """Books, Wikipedia, code (of this project) and 75 languages, as one text file of valid UTF-8."""
    path = folder + "/text.txt"
    names = sorted(glob.glob(f"{DATA}/text/gutenberg/*.txt")) + sorted(glob.glob(f"{DATA}/text/*.txt")) + sorted(glob.glob(f"{DATA}/langid/*.txt"))
    left = megabytes * 1_000_000
    with open(path, "wb") as out:
        for name in names:
            with open(name, "rb") as file:
                left -= out.write(file.read()[:max(left, 0)].decode("utf-8", "ignore").encode())
    return path


def run(command, environment=None):
    """Wall seconds, user seconds and peak memory in MB of a process, and what it printed."""
    start = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None
    return time.time() - start, usage.ru_utime, usage.ru_maxrss / 1000, text


def smelt(build, text, folder, threads):
    out = tempfile.mkdtemp(dir=folder) + "/tokenizer"
    command = [f"{build}/smelt", "tokenizer", "train", "--input", text, "--vocab-size", str(VOCABULARY), "--split", "gpt2", "--special-tokens", "<|endoftext|>",
               "--output", out, "--threads", str(threads), "-q"]
    measured = run(command)
    if measured is None:
        sys.exit("smelt failed: " + " ".join(command))
    with open(out + "/tokenizer.json", encoding="utf-8") as file:
        merges = json.load(file)["model"]["merges"]
    return (*measured[:3], [m if isinstance(m, str) else " ".join(m) for m in merges])


def peer(script, text, folder, threads):
    out = folder + "/merges.json"
    measured = run([sys.executable, "-c", script, text, out, str(VOCABULARY)], {"RAYON_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"})
    if measured is None:
        return None
    seconds = next(float(line) for line in reversed(measured[3].split("\n")) if line.replace(".", "", 1).isdigit())
    with open(out, encoding="utf-8") as file:
        return (seconds, *measured[1:3], json.load(file))


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build/release"
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder:
        text = corpus(folder, megabytes)
        print(f"{os.path.getsize(text) / 1e6:.1f} MB of text, {VOCABULARY} entries")
        print(f"{'trainer':24} {'threads':>7} {'wall s':>8} {'user s':>8} {'peak MB':>8}  merges")
        for threads in (2, 1):
            ours = smelt(build, text, folder, threads)
            rows = [("smelt", ours), ("tokenizers", peer(HUGGING_FACE, text, folder, threads)), ("gigatoken", peer(GIGATOKEN, text, folder, threads))]
            for name, row in rows:
                if row is None:
                    print(f"{name:24} {threads:7}  not installed")
                    continue
                same = sum(a == b for a, b in zip(row[3], ours[3]))
                print(f"{name:24} {threads:7} {row[0]:8.2f} {row[1]:8.2f} {row[2]:8.0f}  {len(row[3])}, {same} as smelt's", flush=True)


main()
