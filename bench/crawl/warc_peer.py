"""Reads WARC files with FastWARC (and warcio, with --warcio) and prints bytes after decompression per second of user time."""
import resource
import sys


def fastwarc(path):
    from fastwarc.warc import ArchiveIterator
    total = 0
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            total += len(record.reader.read()) + 4 + sum(len(k) + len(v) + 4 for k, v in record.headers.items())
    return total


def warcio(path):
    from warcio.archiveiterator import ArchiveIterator
    total = 0
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            total += len(record.raw_stream.read()) + 4 + sum(len(k) + len(v) + 4 for k, v in record.rec_headers.headers)
    return total


def main():
    words = sys.argv[1:]
    read = warcio if "--warcio" in words else fastwarc
    for path in [word for word in words if not word.startswith("--")]:
        read(path)
        start, total, rounds = resource.getrusage(resource.RUSAGE_SELF), 0, 0
        while True:
            total += read(path)
            rounds += 1
            now = resource.getrusage(resource.RUSAGE_SELF)
            seconds = now.ru_utime - start.ru_utime
            if seconds > 1:
                break
        print(f"{read.__name__} {path}: {total / seconds / 1e6:.0f} MB/s of records, {rounds} rounds")


main()
