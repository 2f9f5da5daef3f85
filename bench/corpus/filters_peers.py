"""The peers of filters_bench: NeMo Curator's 28 English filters and datatrove's Gopher, C4 and FineWeb filters, one
process, on part of the text that bench/corpus/prose.h makes. Every filter judges every text, dropped before or not.

Prints megabytes (1e6) of text a second of CPU time. Needs datatrove, spaCy and nemo-curator (tools/peers.txt, tools/peers-alone.txt)."""
import os
import sys
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "../../tests/corpus/filters")]

import peer  # noqa: E402
import privacy_peers  # noqa: E402


def rate(name, texts, work):
    work(texts[0])
    size = sum(len(text.encode()) for text in texts)
    start = time.process_time()
    for text in texts:
        work(text)
    seconds = time.process_time() - start
    print(f"{name:<50} {size / 1e6 / seconds:8.2f} MB/s", flush=True)


def main():
    texts = privacy_peers.pages()
    curator = peer.curator()
    rate("Curator, 28 filters", texts, curator)

    from datatrove.data import Document
    from datatrove.pipeline.filters import (C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                            GopherRepetitionFilter)
    chain = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(filter_no_terminal_punct=False),
             FineWebQualityFilter()]

    def judge(text):
        document = Document(text=text, id="0")
        for step in chain:
            step.filter(document)

    rate("datatrove, Gopher + C4 + FineWeb", texts[:60], judge)
    rate("datatrove, Gopher", texts[:60], lambda text: [step.filter(Document(text=text, id="0")) for step in chain[:2]])


if __name__ == "__main__":
    sys.exit(main())
