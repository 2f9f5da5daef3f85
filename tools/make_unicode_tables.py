#!/usr/bin/env python3
"""Writes src/tokens/unicode/tables.cpp: what the tokenizers library of Hugging Face knows about each code point.

The library's parts follow Unicode of different years, so the facts are asked of the library itself, through its public
interface. To be run with the Python of the peers after a change of the library's version:
    .peers/bin/python tools/make_unicode_tables.py > src/tokens/unicode/tables.cpp
"""
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
              "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"]
BATCH = 8192


def batches(points):
    return [points[i:i + BATCH] for i in range(0, len(points), BATCH)]


def taken(pre_tokenizer):
    """The code points that a pre-tokenizer which removes its matches takes away."""
    out = set()
    for batch in batches(CODE_POINTS):
        left = {piece for _, (begin, end) in pre_tokenizer.pre_tokenize_str("".join(map(chr, batch)))
                for piece in range(begin, end)}
        out.update(c for i, c in enumerate(batch) if i not in left)
    return out


def normalized(normalizer, before="", after=""):
    """Every code point between two strings, normalized."""
    out = {}
    for batch in batches(CODE_POINTS):
        mark = "\u3042"  # no normalizer touches it, nothing composes with it
        parts = normalizer.normalize_str("".join(before + chr(c) + after + mark for c in batch)).split(mark)
        if len(parts) != len(batch) + 1:
            parts = [normalizer.normalize_str(before + chr(c) + after) for c in batch]
        out.update(zip(batch, parts))
    return out


def words():
    out = set()
    for batch in batches(CODE_POINTS):
        joined = "".join("a" + chr(c) + " " for c in batch)
        starts = {end for _, (_, end) in pre_tokenizers.Whitespace().pre_tokenize_str(joined)}
        for i, c in enumerate(batch):
            if 3 * i + 2 in starts and 3 * i + 1 not in starts:
                out.add(c)
    return out


def bits():
    nfd = normalized(normalizers.NFD())
    nfkd = normalized(normalizers.NFKD())
    clean = normalized(normalizers.BertNormalizer(True, False, False, False), "a")
    accents = normalized(normalizers.BertNormalizer(False, False, True, False), "a")
    combining = normalized(normalizers.StripAccents(), "a")
    ordered = normalized(normalizers.NFD(), "a\u0315", "\u0334")
    numbers = set()
    for batch in batches(CODE_POINTS):
        for _, (begin, end) in pre_tokenizers.Digits(individual_digits=True).pre_tokenize_str(
                "".join("a" + chr(c) + "a" for c in batch)):
            if end - begin == 1 and begin % 3 == 1:
                numbers.add(batch[begin // 3])
    tests = [numbers, words(), taken(pre_tokenizers.Punctuation("removed")),
             {c for c in CODE_POINTS if c != 0xFFFD and clean[c] == "a"},
             {c for c in CODE_POINTS if accents[c] == "a"},
             {c for c in CODE_POINTS if combining[c] == "a"},
             {c for c in CODE_POINTS if nfd[c] == chr(c) and ordered[c] != "a\u0315" + chr(c) + "\u0334"},
             {c for c in CODE_POINTS if nfkd[c] != chr(c)}]
    return {c: sum(1 << i for i, test in enumerate(tests) if c in test) for c in CODE_POINTS}


def categories():
    known = {}
    for index, name in enumerate(CATEGORIES):
        for c in taken(pre_tokenizers.Split(Regex(r"\p{%s}" % name), "removed")):
            known[c] = index
    return {c: known.get(c, 255) for c in CODE_POINTS}


def lower():
    """Runs of code points whose lower case is another than Python's older one, with the distance."""
    out = []
    for c, low in normalized(normalizers.Lowercase()).items():
        if len(low) == 1 and low != chr(c).lower():
            distance = ord(low) - c
            if out and out[-1][1] == c - 1 and out[-1][2] == distance:
                out[-1][1] = c
            else:
                out.append([c, c, distance])
    return out


def scripts():
    """A number for each script; 0 where nothing is cut."""
    cut = pre_tokenizers.UnicodeScripts().pre_tokenize_str

    def begins(texts):
        """For each two characters: is there a cut between them? A line of text between two pairs would join them."""
        return [len(cut(text)) > 1 for text in texts]

    any_script = {c for c in CODE_POINTS if not any(begins(["a" + chr(c), "." + chr(c)]))}
    out = {}
    examples = []
    last = None
    for c in CODE_POINTS:
        if c in any_script:
            out[c] = 0
            continue
        if last is not None and len(cut(chr(last) + chr(c))) == 1:
            out[c] = out[last]
        else:
            for index, example in enumerate(examples):
                if len(cut(example + chr(c))) == 1:
                    out[c] = index + 1
                    break
            else:
                examples.append(chr(c))
                out[c] = len(examples)
        last = c
    return out


def runs(values, missing):
    table = []
    for c in range(0x110000):
        value = values.get(c, missing)
        if not table or table[-1][1] != value:
            table.append((c, value))
    return table


def emit(kind, name, items):
    print("const %s %s[] = {" % (kind, name))
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 120:
            print(line)
            line = "   "
        line += " " + item + ","
    print(line + "\n};\nconst size_t %sSize = %d;\n" % (name, len(items)))


def main():
    print("// Written by tools/make_unicode_tables.py.")
    print('#include "tokens/unicode/tables.h"\n\nnamespace smelt::unicode_tables {\n\n// clang-format off')
    for name, values, missing in (("kBits", bits(), 0), ("kCategories", categories(), 255), ("kScripts", scripts(), 0)):
        emit("uint32_t", name, ["0x%X" % (c << 8 | v) for c, v in runs(values, missing)])
    emit("LowerRun", "kLower", ["{0x%X, 0x%X, %d}" % tuple(run) for run in lower()])
    print("// clang-format on\n\n}  // namespace smelt::unicode_tables")


main()
