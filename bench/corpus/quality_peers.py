"""The peers of corpus_quality_bench on one thread, in megabytes (1e6) of text a second of CPU time.

quality_peers.py TEXT [FASTTEXT_MODEL] [ARPA]: fastText's labels and KenLM's scores of the lines of a text; `smelt classifier
inspect MODEL --arpa FILE` writes an n-gram model as ARPA text. Python's part is small: a call a line.
"""
import sys
import time


def measure(name, lines, work):
    start = time.process_time()
    for line in lines:
        work(line)
    seconds = time.process_time() - start
    size = sum(len(line.encode()) for line in lines)
    print(f"{name:32} {size / seconds / 1e6:8.2f} MB/s")


def main():
    with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    if len(sys.argv) > 2:
        import fasttext

        model = fasttext.load_model(sys.argv[2])
        measure("fasttext predict", lines, lambda line: model.f.predict(line + "\n", 1, 0.0, "strict"))
    if len(sys.argv) > 3:
        import kenlm

        language_model = kenlm.Model(sys.argv[3])
        measure("kenlm score", lines, language_model.score)


main()
