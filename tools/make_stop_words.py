"""Writes src/crawl/stop_words.txt from example sentences:

    python3 tools/make_stop_words.py FOLDER src/crawl/stop_words.txt

FOLDER holds LANGUAGE.txt, a sentence a line (500 sentences of each language suffice). A list is the commonest words, of
those that at least three sentences have, until they cover half of all words. How much a list covers is measured
on sentences left out, a fifth at a time, with words as jusText parts them: at white space alone.
"""

import collections
import math
import os
import sys

SHARE = 0.5
LEAST_SENTENCES = 3
WITHOUT_BLANKS = {"ja", "th", "zh"}  # languages that do not part words
PUNCTUATION = "\"'.,;:!?()[]{}<>«»„“”‘’‚‹›…–—-/|*¿¡·•、。՝՞।፡۔؟،؛٫"


def words_of(sentence):
    for word in sentence.lower().split():
        word = word.strip(PUNCTUATION)
        if word and not any(c.isdigit() for c in word):
            yield word


def commonest(sentences):
    counts, found_in, total = collections.Counter(), collections.Counter(), 0
    for sentence in sentences:
        words = list(words_of(sentence))
        total += len(words)
        counts.update(words)
        found_in.update(set(words))
    chosen, covered = [], 0
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if covered >= SHARE * total:
            break
        if found_in[word] >= LEAST_SENTENCES:
            chosen.append(word)
            covered += count
    return chosen


def covered_elsewhere(sentences, folds=5):
    hits = total = 0
    for fold in range(folds):
        chosen = set(commonest([s for i, s in enumerate(sentences) if i % folds != fold]))
        for sentence in sentences[fold::folds]:
            for word in sentence.lower().split():
                total += 1
                hits += word in chosen
    return hits / total


def main():
    folder, target = sys.argv[1:]
    rows = []
    for name in sorted(os.listdir(folder)):
        language = name.removesuffix(".txt")
        if language in WITHOUT_BLANKS or not name.endswith(".txt"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            sentences = [line.strip() for line in file if line.strip()]
        words = sorted(commonest(sentences))
        covered = math.floor(covered_elsewhere(sentences) * 1000) / 1000
        rows.append(f"{language} {covered:.3f} {' '.join(words)}\n")
        print(f"{language}: {len(words)} words cover {covered:.3f}")
    with open(target, "w", encoding="utf-8") as file:
        file.write("".join(rows))


main()
