"""jusText on the pages of justext_bench: justext_peer.py FOLDER. Megabytes (1e6) of HTML a second of user time, one thread."""

import os
import resource
import sys

import justext


def main():
    pages = []
    for root, _, names in sorted(os.walk(sys.argv[1])):
        if "source.html" in names:
            with open(os.path.join(root, "source.html"), "rb") as file:
                pages.append(file.read().decode("utf-8", "replace"))
    size = sum(len(page.encode()) for page in pages) / 1e6
    stop = justext.get_stoplist("English")
    best = 0.0
    for _ in range(2):
        begin = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        for page in pages:
            justext.justext(page, stop)
        best = max(best, size / (resource.getrusage(resource.RUSAGE_SELF).ru_utime - begin))
    print(f"jusText {size:.1f} MB: {best:.2f} MB/s")


main()
