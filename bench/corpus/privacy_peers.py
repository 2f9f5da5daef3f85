"""The peer of privacy_bench and contamination_bench: datatrove, one process, on the text that bench/corpus/prose.h makes.

Prints megabytes (1e6) of text a second of user time. Needs datatrove with its word tokenizers (tools/peers.txt)."""
import json
import os
import sys
import tempfile
import time

import numpy
from datatrove.data import Document
from datatrove.pipeline.decont import NGramsDecontConfig, NGramsDecontFilter, NGramsDecontIndexer
from datatrove.pipeline.formatters import PIIFormatter

DATA = os.environ.get("SMELT_TEST_DATA", "../shared/data")


def pages():
    with open(f"{DATA}/text/wikitext-2.valid.txt", "rb") as file:
        text = file.read()
    with open(f"{DATA}/pii/synth_dataset_v2.json", encoding="utf-8") as file:
        sentences = json.load(file)
    out = []
    for begin in range(0, len(text), 5000):
        out.append(text[begin:begin + 5000].decode("utf-8", "replace"))
        if len(out) % 4 == 0:
            out[-1] += "\n" + sentences[len(out) % len(sentences)]["full_text"]
    return out


def questions():
    for name, key in (("gsm8k/test.jsonl", "question"), ("math/test.jsonl", "problem")):
        with open(f"{DATA}/{name}", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)[key]


def rate(name, texts, work):
    size = sum(len(text.encode()) for text in texts)
    start = time.process_time()
    for text in texts:
        work(text)
    seconds = time.process_time() - start
    print(f"{name:<40} {size / 1e6 / seconds:8.2f} MB/s", flush=True)


def main():
    texts = pages()
    formatter = PIIFormatter()
    rate("PIIFormatter", texts, formatter.format)
    with tempfile.TemporaryDirectory() as folder:
        config = NGramsDecontConfig(n_grams=13, find_query_ngrams=False, find_overlap_ngrams=False)
        NGramsDecontIndexer._requires_dependencies = []  # lighteval, which only run() needs
        indexer = NGramsDecontIndexer(folder, config=config)
        hashes = {value for question in questions() for value in indexer.compute_hashes(question)}
        numpy.array(list(hashes), dtype=config.hash_config.np_descr).tofile(f"{folder}/bench.index.hashes")
        decontaminator = NGramsDecontFilter(folder, config=config)
        decontaminator.load_index_hashes()
        rate("NGramsDecontFilter, 13-grams", texts[:60], lambda text: decontaminator.filter(Document(text=text, id="0")))


if __name__ == "__main__":
    sys.exit(main())
