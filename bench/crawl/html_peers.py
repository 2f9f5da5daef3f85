"""Peers of html_bench on the same pages: html_peers.py FOLDER. Megabytes (1e6) of HTML a second of user time, one thread."""

import os
import resource
import sys


def read_pages(folder):
    pages = []
    for root, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name == "source.html":
                with open(os.path.join(root, name), "rb") as file:
                    pages.append(file.read().decode("utf-8", "replace").encode())
    return pages


def rate(pages, work):
    best = 0.0
    for _ in range(5):
        begin = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        for page in pages:
            work(page)
        seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - begin
        best = max(best, sum(map(len, pages)) / 1e6 / seconds)
    return best


def main():
    pages = read_pages(sys.argv[1])
    from selectolax.lexbor import LexborHTMLParser

    print(f"lexbor (selectolax), parse: {rate(pages, LexborHTMLParser):.0f} MB/s")
    from resiliparse.extract.html2text import extract_plain_text

    print(f"resiliparse, main content: {rate(pages, lambda page: extract_plain_text(page.decode(), main_content=True)):.0f} MB/s")


main()
