"""What Hugging Face's tokenizers library makes of many texts.

hf_tokenizers.py make OUT DATA SCALE: trains tokenizers of the kinds in use on the test data, writes OUT/NAME.json, the
texts OUT/texts.bin and for each tokenizer OUT/NAME.bin with what the library gives for every text.
    texts.bin: u32 count; per text u32 bytes, UTF-8
    NAME.bin:  per text u32 n; n x u32 ids; 2n x u32 offsets in characters; n x u8 special tokens mask; then the decoded
               text without and with skip_special_tokens, each u32 bytes, UTF-8
hf_tokenizers.py same A.json B.json TEXTS: exits with 0 where both files give the same ids, offsets and text.
"""
import glob
import json
import random
import struct
import sys

import numpy as np
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())


def corpus(data):
    texts = []
    for path in sorted(glob.glob(data + "/langid/*.txt")):
        texts.append(open(path, encoding="utf-8").read()[:12000])
    for path in sorted(glob.glob(data + "/text/*.txt"))[:3]:
        texts.append(open(path, encoding="utf-8").read()[:150000])
    texts.append(open(data + "/humaneval/HumanEval.jsonl", encoding="utf-8").read()[:100000]
                 if glob.glob(data + "/humaneval/HumanEval.jsonl") else "def f(x):\n    return x + 1\n" * 50)
    return texts


def train(tokenizer, trainer, texts):
    tokenizer.train_from_iterator((line for text in texts for line in text.splitlines(True)), trainer)
    return tokenizer


def gpt2(texts, prefix=False):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=prefix)
    train(t, trainers.BpeTrainer(vocab_size=3000, initial_alphabet=BYTES, special_tokens=["<|endoftext|>"],
                                 show_progress=False), texts)
    return t


def llama3(texts):
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    train(t, trainers.BpeTrainer(vocab_size=4000, initial_alphabet=BYTES, show_progress=False,
                                 special_tokens=["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]), texts)
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False, add_prefix_space=False),
        processors.TemplateProcessing(single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|> $B",
                                      special_tokens=[("<|begin_of_text|>", 0)])])
    return t


def nemotron4(texts):
    t = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                               pre_tokenizers.Metaspace(prepend_scheme="first", split=False)])
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                   decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)]
    train(t, trainers.BpeTrainer(vocab_size=2500, special_tokens=special, limit_alphabet=300, max_token_length=16,
                                 show_progress=False), [x[:3000] for x in texts])
    spec = json.loads(t.to_str())
    spec["added_tokens"] = [a for a in spec["added_tokens"] if a["id"] < 3]
    t = Tokenizer.from_str(json.dumps(spec))
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return t


def llama2(texts):
    spec = json.loads(nemotron4(texts).to_str())
    spec["pre_tokenizer"] = None
    t = Tokenizer.from_str(json.dumps(spec))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    return t


def bert(texts):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    train(t, trainers.WordPieceTrainer(vocab_size=5000, show_progress=False,
                                       special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]), texts)
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                     special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return t


def unigram(texts):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(),
                                         normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    train(t, trainers.UnigramTrainer(vocab_size=3000, unk_token="<unk>", show_progress=False,
                                     special_tokens=["<s>", "</s>", "<unk>"]), [x[:4000] for x in texts])
    t.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return t


def retool(base, **parts):
    """Another tokenizer with the vocabulary of a trained one."""
    t = Tokenizer.from_str(base.to_str())
    for name, part in parts.items():
        setattr(t, name, part)
    return t


def add(t, *tokens):
    for token in tokens:
        (t.add_special_tokens if token.special else t.add_tokens)([token])
    return t


def tokenizers(data):
    texts = corpus(data)
    out = {"gpt2": gpt2(texts), "llama3": llama3(texts), "nemotron4": nemotron4(texts), "llama2": llama2(texts),
           "bert": bert(texts), "unigram": unigram(texts), "gpt2_prefix": gpt2(texts, True)}
    g, b, u, l = out["gpt2"], out["bert"], out["unigram"], out["llama3"]
    P, N, D = pre_tokenizers, normalizers, decoders
    out["added"] = add(retool(g), AddedToken("<mask>", lstrip=True, special=True, normalized=False),
                       AddedToken("cat", single_word=True), AddedToken("\u00e9t\u00e9", normalized=True),
                       AddedToken("<a>", rstrip=True, lstrip=True), AddedToken("<a>b", normalized=False),
                       AddedToken("  x", normalized=False))
    out["nfc"] = retool(l, normalizer=N.NFC())
    out["nfd_lower"] = add(retool(g, normalizer=N.Sequence([N.NFD(), N.Lowercase()])), AddedToken("HeLLo"),
                           AddedToken("\u00c9tude", single_word=True))
    out["nfkd_strip"] = retool(g, normalizer=N.Sequence([N.NFKD(), N.StripAccents(), N.Strip()]))
    out["deepseek"] = retool(g, pre_tokenizer=P.Sequence([
        P.Split(Regex(r"\p{N}{1,3}"), "isolated"), P.Split(Regex("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), "isolated"),
        P.Split(Regex(DEEPSEEK), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)]))
    out["merged_previous"] = retool(g, pre_tokenizer=P.Sequence([P.Split(" ", "merged_with_previous"),
                                                                 P.ByteLevel(False, use_regex=False)]))
    out["merged_next"] = retool(g, pre_tokenizer=P.Sequence([P.Split(Regex(r"[\s\p{P}]"), "merged_with_next"),
                                                             P.ByteLevel(False, use_regex=False)]))
    out["contiguous"] = retool(g, pre_tokenizer=P.Sequence([P.Split(Regex(r"\w"), "contiguous"),
                                                            P.Split(Regex(r"\d+"), "removed", invert=False),
                                                            P.ByteLevel(True, use_regex=True)]))
    out["inverted"] = retool(g, pre_tokenizer=P.Sequence([P.Split(Regex(r"\w+|[^\w\s]+"), "removed", invert=True),
                                                          P.FixedLength(3), P.ByteLevel(False, use_regex=False)]))
    out["scripts"] = retool(u, normalizer=N.Sequence([N.NFC(), N.Replace("a", "bc"), N.Replace(Regex("x*"), "-")]),
                            pre_tokenizer=P.Sequence([P.UnicodeScripts(), P.Metaspace(prepend_scheme="first")]))
    out["words"] = retool(b, normalizer=N.Sequence([N.BertNormalizer(False, False, False, True), N.Prepend("ab")]),
                          pre_tokenizer=P.Sequence([P.Whitespace(), P.Digits(), P.Punctuation("merged_with_previous")]),
                          decoder=D.WordPiece(cleanup=False),
                          post_processor=processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)))
    out["delimiter"] = retool(b, pre_tokenizer=P.Sequence([P.CharDelimiterSplit("e"), P.WhitespaceSplit(),
                                                           P.Punctuation("contiguous")]), decoder=D.CTC("[UNK]", "a"))
    out["byte_normalizer"] = retool(g, normalizer=N.ByteLevel(), pre_tokenizer=P.Split(Regex("\u0120"), "merged_with_next"))
    suffix = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", continuing_subword_prefix="##"))
    suffix.pre_tokenizer = P.WhitespaceSplit()
    train(suffix, trainers.BpeTrainer(vocab_size=2000, special_tokens=["<unk>"], end_of_word_suffix="</w>",
                                      continuing_subword_prefix="##", limit_alphabet=200, show_progress=False), texts)
    suffix.decoder = D.BPEDecoder("</w>")
    out["suffix"] = suffix
    level = Tokenizer(models.WordLevel(unk_token="<unk>"))
    level.pre_tokenizer = P.Whitespace()
    train(level, trainers.WordLevelTrainer(vocab_size=2000, special_tokens=["<unk>"], show_progress=False), texts)
    out["word_level"] = level
    return out


KINDS = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\u200b", "\u200d", "\u0085", "a", "B",
         "the", " the", "cat", "Hello", "HeLLo", "don't", "'S", "we'll", "\u00e9", "e\u0301", "\u00e9t\u00e9", "\u00c9TUDE",
         "\u00c9tude", "\u0130", "\u00df", "\u01c5", "\u4e2d", "\u6587", "\u3042", "\u30fc", "\ud55c", "\u1112\u1161\u11ab",
         "\u0939\u093f", "\u0e01\u0e33", "\u0627\u064e", "\u05e9\u05b8", "\ufb01", "\u2460", "\u00bd", "\u0661", "1", "42",
         "2024", "3.14", "\U0001F600", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F1E9\U0001F1EA", "\ufffd", "\ufeff",
         "\x00", "\x07", "\x7f", "<|endoftext|>", "<|eot_id|>", "<s>", "</s>", "<unk>", "[MASK]", "[CLS]", "<mask>", "<a>",
         "<a>b", "<0x41>", "\u2581", "\u0120", "##", "!", "?!", "...", "_", "-", "$", "+", "\u2014", "\u0323\u0307",
         "\u0307\u0323", "\u0334", "\u1e9b\u0323", "\U0001D400", "\U00016FF4", "\U0001E030", "\u0378", "\U000E0001", "xx", "  x"]


def adversarial(count, seed):
    rng = random.Random(seed)
    out = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 14)):
            kind = rng.random()
            if kind < 0.75:
                part = rng.choice(KINDS)
            elif kind < 0.9:
                part = chr(rng.choice([rng.randint(1, 0x7F), rng.randint(0x80, 0x7FF), rng.randint(0x800, 0xD7FF),
                                       rng.randint(0xE000, 0xFFFF), rng.randint(0x10000, 0x1FFFF)]))
            else:
                part = rng.choice(KINDS) * rng.randint(2, 30)
            parts.append(part)
        out.append("".join(parts))
    return out


def all_texts(data, scale):
    texts = []
    for path in sorted(glob.glob(data + "/langid/*.txt") + glob.glob(data + "/text/*.txt")):
        text = open(path, encoding="utf-8", newline="").read()
        pieces = [text[i:i + 3000] for i in range(0, len(text), 3000)]
        texts += pieces[:max(1, int(len(pieces) * scale))]
    points = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    step = max(1, int(1 / scale))
    for separator in (" ", "a", ".\u0301"):
        batches = [separator.join(points[i:i + 64]) for i in range(0, len(points), 64)]
        texts += [batch for i, batch in enumerate(batches) if i < 2100 * scale * 10 or i % step == 0]
    texts += adversarial(int(100000 * scale), 7)
    texts += ["", " ", "a", " " * 1000, "a" * 3000, "\U0001F600" * 500, "1" * 700]
    return texts


def packed(text):
    raw = text.encode("utf-8")
    return struct.pack("<I", len(raw)) + raw


def make(out, data, scale):
    texts = all_texts(data, scale)
    with open(out + "/texts.bin", "wb") as f:
        f.write(struct.pack("<I", len(texts)))
        for text in texts:
            f.write(packed(text))
    for name, tokenizer in tokenizers(data).items():
        tokenizer.save(out + "/" + name + ".json")
        tokenizer = Tokenizer.from_file(out + "/" + name + ".json")
        with open(out + "/" + name + ".bin", "wb") as f:
            for begin in range(0, len(texts), 1000):
                encodings = tokenizer.encode_batch(texts[begin:begin + 1000])
                ids = [e.ids for e in encodings]
                plain = tokenizer.decode_batch(ids, skip_special_tokens=False) if all(ids) else [
                    tokenizer.decode(i, skip_special_tokens=False) if i else "" for i in ids]
                skipped = [tokenizer.decode(i) if any(True for _ in i) and tokenizer_can(tokenizer, i) else "" for i in ids]
                for e, i, a, b in zip(encodings, ids, plain, skipped):
                    f.write(struct.pack("<I", len(i)) + np.array(i, np.uint32).tobytes()
                            + np.array(e.offsets, np.uint32).tobytes() + bytes(e.special_tokens_mask) + packed(a) + packed(b))


def tokenizer_can(tokenizer, ids):
    """BPEDecoder fails on no tokens at all."""
    special = {i for i, t in tokenizer.get_added_tokens_decoder().items() if t.special}
    return any(i not in special for i in ids)


def read_texts(path):
    raw = open(path, "rb").read()
    count, = struct.unpack_from("<I", raw)
    at = 4
    for _ in range(count):
        size, = struct.unpack_from("<I", raw, at)
        yield raw[at + 4:at + 4 + size].decode("utf-8")
        at += 4 + size


def same(a, b, path):
    first, second = Tokenizer.from_file(a), Tokenizer.from_file(b)
    for text in list(read_texts(path))[::37]:
        x, y = first.encode(text), second.encode(text)
        if x.ids != y.ids or x.offsets != y.offsets or (x.ids and first.decode(x.ids) != second.decode(x.ids)):
            print("differs on", repr(text))
            return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        sys.exit(same(*sys.argv[2:5]))
