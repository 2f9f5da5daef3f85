"""What SentencePiece and tiktoken make of texts.

other_tokenizers.py OUT DATA: trains SentencePiece models on the test data, makes a rank file of a byte-level BPE that
Hugging Face's library trains, and writes for each NAME (NAME.model, NAME.tiktoken) OUT/NAME.ids: per text of
OUT/texts.bin u32 n, n x u32 ids. Exits with 77 where a package is missing.
"""
import base64
import glob
import random
import struct
import sys

try:
    import numpy as np
    import sentencepiece
    import tiktoken
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
except ImportError:
    sys.exit(77)

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
PIECES = [" ", "  ", "a", "the", " the", "caf\u00e9", "cafe\u0301", "\uff21\uff22", "\ufb01", "\u2460", "\u00bd", "\u4e2d\u6587",
          "\u3042", "\ud55c\uad6d", "\U0001F600", "\n", "\t", "42", "2024", "!", "...", "\u2581", "\u00a0", "\u3000", "Hello",
          "\u0939\u093f", "\U000103A0", "don't"]


def texts_of(data):
    rng = random.Random(3)
    out = []
    for path in sorted(glob.glob(data + "/langid/*.txt") + glob.glob(data + "/text/tiny*.txt")):
        text = open(path, encoding="utf-8").read()
        out += [text[i:i + 700] for i in range(0, min(len(text), 14000), 700)]
    out += ["".join(rng.choice(PIECES) for _ in range(rng.randint(0, 12))) for _ in range(5000)]
    return out


def write_ids(path, all_ids):
    with open(path, "wb") as f:
        for ids in all_ids:
            f.write(struct.pack("<I", len(ids)) + np.array(ids, np.uint32).tobytes())


def main(out, data):
    texts = texts_of(data)
    with open(out + "/texts.bin", "wb") as f:
        f.write(struct.pack("<I", len(texts)))
        for text in texts:
            raw = text.encode("utf-8")
            f.write(struct.pack("<I", len(raw)) + raw)
    lines = [line for text in texts for line in text.splitlines() if line]
    for name, options in (("unigram", dict(model_type="unigram")),
                          ("unigram_bytes", dict(model_type="unigram", byte_fallback=True, character_coverage=0.98,
                                                 normalization_rule_name="identity")),
                          ("bpe", dict(model_type="bpe", normalization_rule_name="nmt_nfkc_cf")),
                          ("bpe_llama", dict(model_type="bpe", byte_fallback=True, split_digits=True,
                                             character_coverage=0.98, normalization_rule_name="identity",
                                             remove_extra_whitespaces=False, allow_whitespace_only_pieces=True)),
                          ("character", dict(model_type="char"))):
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_prefix=out + "/" + name,
                                                 vocab_size=6000, hard_vocab_limit=False, num_threads=1,
                                                 minloglevel=2, **options)
        model = sentencepiece.SentencePieceProcessor(model_file=out + "/" + name + ".model")
        write_ids(out + "/" + name + ".ids", [model.encode(text) for text in texts])
    for name, pattern in (("gpt2", GPT2), ("cl100k", CL100K)):
        t = Tokenizer(models.BPE())
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        t.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=3000, initial_alphabet=sorted(alphabet),
                                                         show_progress=False))
        printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
        chars = {chr(b): b for b in printable}
        chars.update({chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in printable)})
        ranks = {bytes(chars[c] for c in token): i for token, i in t.get_vocab().items()}
        with open(out + "/" + name + ".tiktoken", "w") as f:
            for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
                f.write(base64.b64encode(token).decode() + " " + str(rank) + "\n")
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        write_ids(out + "/" + name + ".ids", [encoding.encode_ordinary(text) for text in texts])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
