"""Encoding beside gigatoken, one thread each, in megabytes (1e6) of text a second of user time.

encode_peers.py make FOLDER TEST_DATA
    Writes what both sides read: english.txt (15 books and plays), wikipedia.txt, python.txt (the sources of Python's own
    library), languages.txt (500 sentences in each of 75 languages), and the tokenizers gpt2 (GPT-2's files), llama3 and
    nemotron (32,768 entries learned from the four texts behind those split rules).
encode_peers.py compare FOLDER BUILD [FILTER]
    Runs BUILD/bench/tokens_encode_bench and gigatoken in turn, three times, and prints the best of each and the ratio.
    FILTER is a regular expression on TOKENIZER/TEXT/DOCUMENT. gigatoken gets its fastest way in and out: a list of bytes,
    ids as an array, parallel=False; cold is the first pass of a fresh Tokenizer, warm the best of the passes after it.
encode_peers.py check FOLDER BUILD [TOKENIZER...]
    Compares the ids of whole texts, as `smelt tokenizer encode` writes them, with gigatoken's.
"""
import json
import os
import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

SIZES = [500, 4096, 65536, 0]
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
NEMOTRON = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def make(folder, data):
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    folder.mkdir(parents=True, exist_ok=True)
    books = sorted((data / "text/gutenberg").glob("*.txt")) + [data / "text/tinyshakespeare.txt"]
    library = sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"))
    sources = {
        "english": books,
        "wikipedia": sorted((data / "text").glob("wikitext-2.*.txt")),
        "python": [path for path in library if "site-packages" not in path.parts and "test" not in path.parts],
        "languages": sorted((data / "langid").glob("*.txt")),
    }
    texts = {}
    for name, files in sources.items():
        texts[name] = b"".join(file.read_bytes() for file in files)[:16_000_000]
        texts[name] = texts[name].decode("utf-8", "ignore").encode()
        (folder / f"{name}.txt").write_bytes(texts[name])

    def save(tokenizer, name):
        (folder / name).mkdir(exist_ok=True)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens(["<|endoftext|>"])
        tokenizer.save(str(folder / name / "tokenizer.json"))

    gpt2 = Tokenizer(models.BPE.from_file(str(data / "gpt2/vocab.json"), str(data / "gpt2/merges.txt")))
    gpt2.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    save(gpt2, "gpt2")
    for name, regex in [("llama3", LLAMA3), ("nemotron", NEMOTRON)]:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(regex), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=32768, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        )
        lines = (line for text in texts.values() for line in text[:6_000_000].decode("utf-8", "ignore").splitlines(True))
        tokenizer.train_from_iterator(lines, trainer)
        save(tokenizer, name)


def user_seconds():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def gigatoken(tokenizer, text, size):
    """Cold and warm rates of one fresh tokenizer."""
    from gigatoken import Tokenizer

    documents = [text[at : at + size] for at in range(0, len(text), size)] if size else [text]
    encoder = Tokenizer(tokenizer)
    rates = []
    for _ in range(4):
        begin = user_seconds()
        encoder.encode_batch(documents, parallel=False)
        rates.append(len(text) / 1e6 / max(user_seconds() - begin, 1e-9))
    return rates[0], max(rates[1:])


def smelt(folder, build, cell):
    """Cold and warm rates of one run of the benchmark."""
    out = subprocess.run(
        [
            f"{build}/bench/tokens_encode_bench",
            f"--benchmark_filter=^encode/{cell}/",
            "--benchmark_min_time=0.1",
            "--benchmark_format=json",
        ],
        env={**os.environ, "SMELT_BENCH_TOKENS": str(folder)},
        capture_output=True,
        check=True,
    )
    rates = {row["name"].rsplit("/", 1)[1]: row["user_MB/s"] for row in json.loads(out.stdout)["benchmarks"]}
    return rates["cold"], rates["warm"]


def best(pairs):
    return tuple(max(column) for column in zip(*pairs))


def compare(folder, build, wanted=""):
    import gigatoken as peer

    print(f"gigatoken {getattr(peer, '__version__', '0.10.0')}; MB/s of user time, one thread, best of three")
    print(f"{'tokenizer/text/document':32} {'cold':>7} {'peer':>7} {'ratio':>6}   {'warm':>7} {'peer':>7} {'ratio':>6}")
    for tokenizer in ("gpt2", "llama3", "nemotron"):
        for text in ("english", "wikipedia", "python", "languages"):
            for size in SIZES:
                cell = f"{tokenizer}/{text}/{size}"
                if not re.search(wanted, cell):
                    continue
                data = (folder / f"{text}.txt").read_bytes()
                ours, theirs = [], []
                for _ in range(3):
                    ours.append(smelt(folder, build, cell))
                    theirs.append(gigatoken(folder / tokenizer / "tokenizer.json", data, size))
                a, b = best(ours), best(theirs)
                print(
                    f"{cell:32} {a[0]:7.0f} {b[0]:7.0f} {a[0] / b[0]:6.2f}   {a[1]:7.0f} {b[1]:7.0f} {a[1] / b[1]:6.2f}",
                    flush=True,
                )


def check(folder, build, *names):
    import numpy
    from gigatoken import Tokenizer

    for name in names or ("gpt2", "llama3", "nemotron"):
        encoder = Tokenizer(folder / name / "tokenizer.json")
        for text in sorted(folder.glob("*.txt")):
            with tempfile.TemporaryDirectory() as scratch:
                ids = f"{scratch}/ids"
                subprocess.run(
                    [f"{build}/smelt", "tokenizer", "encode", str(folder / name), "--input", str(text), "--output", ids],
                    check=True,
                    capture_output=True,
                )
                same = numpy.array_equal(numpy.fromfile(ids, dtype="<u4"), encoder.encode(text.read_bytes()))
                print(f"{name}/{text.stem}: {'equal' if same else 'DIFFERENT'}")
                if not same:
                    sys.exit(1)


if __name__ == "__main__":
    command, folder, other, *rest = sys.argv[1:]
    {"make": make, "compare": compare, "check": check}[command](Path(folder), Path(other), *rest)
