"""What datatrove 0.10.1 and NeMo Curator 1.4 measure of texts, and RedPajama-V2's signals written out from their
definitions: reads a JSON list of texts, writes a line of JSON a text.

Their filters say only keep or drop, and why; the values come from their own functions, called one by one."""
import json
import math
import os
import sys
import types



def without_package_code(name, path):
    """Modules below can then be imported without what the package's __init__ pulls in."""
    package = types.ModuleType(name)
    package.__path__ = [path]
    sys.modules[name] = package


def curator():
    import importlib.util
    root = os.path.dirname(importlib.util.find_spec("nemo_curator").origin)
    sys.modules.pop("nemo_curator", None)
    for name in ("", ".stages", ".stages.text", ".stages.text.filters", ".stages.text.filters.heuristic",
                 ".stages.text.utils"):
        without_package_code("nemo_curator" + name, root + name.replace(".", "/"))
    from nemo_curator.stages.text.filters.heuristic import string
    from nemo_curator.stages.text.filters.heuristic.repetition import repetition
    # The most frequent of a set depends on the seed of Python's hashes where several are: take the first seen.
    repetition.set = dict.fromkeys
    rules = [("non_alphanumeric", string.NonAlphaNumericFilter()), ("symbol_words", string.SymbolsToWordsFilter()),
             ("digits", string.NumbersFilter()), ("url_characters", string.UrlsFilter()),
             ("white_space", string.WhiteSpaceFilter()), ("parentheses", string.ParenthesesFilter()),
             ("boilerplate", string.BoilerPlateStringFilter()),
             ("repeated_lines", repetition.RepeatedLinesFilter()),
             ("repeated_paragraphs", repetition.RepeatedParagraphsFilter()),
             ("repeated_line_characters", repetition.RepeatedLinesByCharFilter()),
             ("repeated_paragraph_characters", repetition.RepeatedParagraphsByCharFilter()),
             ("word_count", string.WordCountFilter()), ("punctuation", string.PunctuationFilter()),
             ("alphabetic_words", string.WordsWithoutAlphabetsFilter()),
             ("common_english_words", string.CommonEnglishWordsFilter()),
             ("mean_word_length", string.MeanWordLengthFilter()), ("longest_word", string.LongWordFilter()),
             ("ellipsis_lines", string.EllipsisFilter())]
    rules += [(f"top_{n}gram", repetition.RepeatingTopNGramsFilter(n, limit))
              for n, limit in ((2, .2), (3, .18), (4, .16))]
    rules += [(f"duplicate_{n}gram", repetition.RepeatingDuplicateNGramsFilter(n, limit))
              for n, limit in ((5, .15), (6, .14), (7, .13), (8, .12), (9, .11), (10, .10))]
    rules += [("bullet_lines", string.BulletsFilter())]

    def measure(text):
        values, reason = {}, None
        for name, rule in rules:
            try:
                values[name] = rule.score_document(text)
            except (ZeroDivisionError, ValueError):  # texts without words or lines
                values[name] = None
                reason = reason or "error"
                continue
            if reason is None and not rule.keep_document(values[name]):
                reason = name
        return {"values": values, "reason": reason}
    return measure


REASONS = {"empty": "gopher_empty", "dup_para_frac": "gopher_duplicate_paragraphs",
           "dup_para_char_frac": "gopher_duplicate_paragraph_characters", "dup_line_frac": "gopher_duplicate_lines",
           "dup_line_char_frac": "gopher_duplicate_line_characters", "gopher_short_doc": "gopher_words",
           "gopher_long_doc": "gopher_words", "gopher_below_avg_threshold": "gopher_mean_word_length",
           "gopher_above_avg_threshold": "gopher_mean_word_length", "gopher_too_many_hashes": "gopher_hashes",
           "gopher_too_many_ellipsis": "gopher_ellipses", "gopher_too_many_bullets": "gopher_bullet_lines",
           "gopher_too_many_end_ellipsis": "gopher_ellipsis_lines",
           "gopher_below_alpha_threshold": "gopher_alphabetic_words",
           "gopher_enough_stop_words": "gopher_stop_words", "lorem_ipsum": "c4_lorem_ipsum",
           "curly_bracket": "c4_curly_bracket", "too_few_sentences": "c4_sentences",
           "line_punct_ratio": "fineweb_line_punctuation", "short_line_ratio": "fineweb_short_lines",
           "char_dup_ratio": "fineweb_duplicate_line_characters", "list_ratio": "fineweb_newlines"}
REASONS |= {f"top_{n}_gram": f"gopher_top_{n}gram" for n in (2, 3, 4)}
REASONS |= {f"duplicated_{n}_n_grams": f"gopher_duplicate_{n}gram" for n in range(5, 11)}


def datatrove():
    from datatrove.data import Document
    from datatrove.pipeline.filters import (C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                            GopherRepetitionFilter)
    from datatrove.pipeline.filters import gopher_repetition_filter as repetition
    from datatrove.utils.text import PUNCTUATION_SET, split_into_words

    repeats, quality, fineweb = GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter()
    c4, c4_open = C4QualityFilter(), C4QualityFilter(filter_no_terminal_punct=False)

    def gopher_values(text):
        words = split_into_words(text)
        values = {}
        for name, pieces in (("paragraph", repeats.paragraph_exp.split(text.strip())),
                             ("line", repeats._line_splitter.split(text))):
            count, characters = repetition.find_duplicates(pieces)
            values[f"gopher_duplicate_{name}s"] = count / len(pieces)
            values[f"gopher_duplicate_{name}_characters"] = characters / len(text) if text else 0
        for n, _ in repeats.top_n_grams:
            grams = repetition.get_n_grams(words, n)
            values[f"gopher_top_{n}gram"] = repetition.find_top_duplicate(grams) / len(text) if grams else 0
        for n, _ in repeats.dup_n_grams:
            values[f"gopher_duplicate_{n}gram"] = repetition.find_all_duplicate(words, n) / len(text) if text else 0
        plain = [word for word in words if any(c not in PUNCTUATION_SET for c in word)]
        values["gopher_words"] = len(plain)
        if plain:
            values["gopher_mean_word_length"] = sum(map(len, plain)) / len(plain)
        if words:
            values["gopher_alphabetic_words"] = sum(any(c.isalpha() for c in word) for word in words) / len(words)
        values["gopher_stop_words"] = len(quality.stop_words & set(words))
        return values, words

    def outcome(steps, text):
        document = Document(text=text, id="0")
        for step in steps:
            try:
                result = step.filter(document)
            except ZeroDivisionError:
                return {"reason": "error", "text": document.text}
            if result is not True:
                reason = result[1]
                if reason == "empty" and step is fineweb:
                    return {"reason": "fineweb_lines", "text": document.text}
                return {"reason": REASONS[reason], "text": document.text}
        return {"reason": None, "text": document.text}

    def measure(text):
        values, words = gopher_values(text)
        return {"values": values, "words": words, "gopher": outcome([repeats, quality], text),
                "c4": outcome([c4], text), "c4_open": outcome([c4_open], text),
                "fineweb": outcome([repeats, quality, c4_open, fineweb], text),
                "fineweb_alone": outcome([fineweb], text)}
    return measure


def signals():
    """By the words of RedPajama-V2's documentation; stop words, whose list is ours, are left out."""
    import re
    import string
    import unicodedata
    from collections import Counter

    def share(part, whole):
        return part / whole if whole else 0

    def normalized(text):
        bare = text.translate(str.maketrans("", "", string.punctuation)).lower().strip()
        return unicodedata.normalize("NFD", re.sub(r"\s+", " ", bare))

    def measure(text):
        plain = normalized(text)
        words = plain.split()
        raw = re.findall(r"\w+|[^\w\s]+", text)
        lines = re.findall(r"[^\n]*\n|[^\n]+$", text)
        letters = sum(map(len, words))
        counts = Counter(words)
        out = {"doc_word_count": len(words), "doc_mean_word_length": share(letters, len(words)),
               "doc_symbol_to_word_ratio": share(sum(text.count(s) for s in ("#", "...", "\u2026")), len(raw)),
               "doc_frac_no_alph_words": share(sum(not re.search("[a-zA-Z]", w) for w in raw), len(raw)),
               "doc_frac_all_caps_words": share(sum(w.isupper() for w in raw), len(raw)),
               "doc_frac_unique_words": share(len(counts), len(words)),
               "doc_unigram_entropy": -sum(c / len(words) * math.log(c / len(words)) for c in counts.values()),
               "doc_num_sentences": len(re.findall(r"\b[^.!?]+[.!?]*", text)),
               "doc_lorem_ipsum": share(plain.count("lorem ipsum"), len(plain)),
               "doc_curly_bracket": share(text.count("{") + text.count("}"), len(text)),
               "doc_frac_lines_end_with_ellipsis":
                   share(sum(li.rstrip().endswith(("...", "\u2026")) for li in lines), len(lines)),
               "lines_ending_with_terminal_punctution_mark":
                   share(sum(li.rstrip().endswith((".", "!", "?", "\u201d")) for li in lines), len(lines)),
               "lines_start_with_bulletpoint":
                   share(sum(li.lstrip()[:1] in set("\u2022\u2023\u25b6\u25c0\u25e6\u25a0\u25a1\u25aa\u25ab\u2013")
                             for li in lines), len(lines)),
               "lines_uppercase_letter_fraction":
                   share(sum(sum(map(str.isupper, li)) / len(li) for li in lines), len(lines))}
        for n in (2, 3, 4):
            grams = Counter(zip(*[words[i:] for i in range(n)]))
            top, count = grams.most_common(1)[0] if grams else ((), 0)
            out[f"doc_frac_chars_top_{n}gram"] = share(sum(map(len, top)) * count if count > 1 else 0, letters)
        for n in range(5, 11):
            grams = list(zip(*[words[i:] for i in range(n)]))
            often = {g for g, c in Counter(grams).items() if c > 1}
            inside = {k for i, g in enumerate(grams) if g in often for k in range(i, i + n)}
            out[f"doc_frac_chars_dupe_{n}grams"] = share(sum(len(words[k]) for k in inside), letters)
        return {"values": out}
    return measure


def main():
    tool, texts_path, out_path = sys.argv[1:4]
    try:
        measure = {"curator": curator, "datatrove": datatrove, "signals": signals}[tool]()
    except ImportError as error:
        print(error)
        return 77
    with open(texts_path, encoding="utf-8") as file:
        texts = json.load(file)
    with open(out_path, "w", encoding="utf-8") as file:
        for text in texts:
            line = measure(text)
            assert not any(isinstance(v, float) and math.isnan(v) for v in line["values"].values())
            file.write(json.dumps(line) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
