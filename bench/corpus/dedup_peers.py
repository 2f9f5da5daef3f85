"""The peers of dedup_bench: rensa and datatrove, one process each, on the same text.

Prints megabytes (1e6) of text a second of user time and, for signatures, 1e9 values of signatures times shingles a
second. Needs rensa and datatrove with its word tokenizers (tools/peers.txt): dedup_peers.py [rensa|datatrove]"""
import glob
import json
import os
import sys
import tempfile
import time

DATA = os.environ.get("SMELT_TEST_DATA", "../shared/data") + "/text"


def pages():
    out = []
    for name in sorted(glob.glob(f"{DATA}/gutenberg/*.txt") + glob.glob(f"{DATA}/wikitext*.txt")):
        with open(name, "rb") as file:
            text = file.read()
        out += [text[begin:begin + 5000].decode("utf-8", "replace") for begin in range(0, len(text), 5000)]
    return out


def rate(name, texts, work):
    size = sum(len(text.encode()) for text in texts)
    start = time.process_time()
    hashes = work(texts)
    seconds = time.process_time() - start
    more = f"  {hashes / seconds / 1e9:8.3f} Ghash/s" if hashes else ""
    print(f"{name:48} {size / seconds / 1e6:8.2f} MB/s{more}", flush=True)


def rensa():
    import rensa as library

    def signatures(shingles, count):
        def work(texts):
            total = 0
            for begin in range(0, len(texts), 256):
                sets = [shingles(text) for text in texts[begin:begin + 256]]
                total += sum(len(s) for s in sets)
                for signature in library.RMinHash.from_token_sets(sets, num_perm=count, seed=1):
                    signature.digest()
            return total * count
        return work

    def words(text):
        return text.lower().split()

    def word_ngrams(text):
        w = text.lower().split()
        return [" ".join(w[i:i + 5]) for i in range(max(1, len(w) - 4))]

    def character_ngrams(text):
        t = " ".join(text.lower().split())
        return [t[i:i + 24] for i in range(max(1, len(t) - 23))]

    texts = pages()
    rate("rensa, words, 112", texts, signatures(words, 112))
    rate("rensa, 5 words, 112", texts, signatures(word_ngrams, 112))
    rate("rensa, 24 characters, 260", texts[:500], signatures(character_ngrams, 260))


def datatrove():
    from datatrove.pipeline.dedup import MinhashDedupSignature, MinhashDedupBuckets, MinhashDedupCluster
    from datatrove.pipeline.dedup import MinhashDedupFilter
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    config = MinhashConfig()

    def whole(texts):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/in")
            with open(f"{folder}/in/0.jsonl", "w", encoding="utf-8") as file:
                for i, text in enumerate(texts):
                    file.write(json.dumps({"id": str(i), "text": text}) + "\n")
            reader = JsonlReader(f"{folder}/in", compression=None)
            sign = MinhashDedupSignature(f"{folder}/sig", config=config)
            sign.run(reader.run(), 0, 1)
            for rank in range(config.num_buckets):
                MinhashDedupBuckets(f"{folder}/sig", f"{folder}/buckets", config=config).run(
                    None, rank, config.num_buckets)
            MinhashDedupCluster(f"{folder}/buckets", f"{folder}/remove", config=config).run(None, 0, 1)
            kept = MinhashDedupFilter(f"{folder}/remove").run(reader.run(), 0, 1)
            for _ in JsonlWriter(f"{folder}/out", compression=None).run(kept, 0, 1):
                pass
        return 0

    texts = pages()[:500]
    whole(texts[:20])  # loads the tokenizer
    rate("datatrove, whole MinHash deduplication, 14 x 8", texts, whole)


for peer in sys.argv[1:] or ["rensa", "datatrove"]:
    globals()[peer]()
