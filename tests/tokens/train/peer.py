"""Trains a tokenizer with Hugging Face's library on the words that a tokenizer.json cuts, and compares it with the one there.

peer.py JOB.json: {"cases": [{"name", "tokenizer": folder, "texts": [...], "settings": {...}}]}. Prints what differs; exit code 1 where something does, 77
without the library.
"""
import json
import sys

try:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
except ImportError:
    sys.exit(77)


def first_tokens(vocab, count):
    return [token for token, _ in sorted(vocab.items(), key=lambda entry: entry[1])][:count]


def spelled(merges):
    return [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in merges]


def train(ours, texts, settings):
    """The library's model after training on the same texts: its vocabulary and merges."""
    tokenizer = Tokenizer.from_str(json.dumps({**ours, "added_tokens": [], "post_processor": None}))
    model = ours["model"]["type"]
    options = {
        "vocab_size": settings["vocab_size"],
        "min_frequency": settings["min_frequency"],
        "show_progress": False,
        # A first vocabulary of a known order: the library numbers "##" characters anew at every run.
        "special_tokens": first_tokens(ours["model"]["vocab"], settings["given_tokens"]),
    }
    if model == "WordPiece":
        options["continuing_subword_prefix"] = "##"
    elif settings["byte_level"]:
        options["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
    if settings["max_token_length"]:
        options["max_token_length"] = settings["max_token_length"]
    if settings["limit_alphabet"]:
        options["limit_alphabet"] = settings["limit_alphabet"]
    tokenizer.model = models.BPE()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(**options))
    return json.loads(tokenizer.to_str())["model"]


def differences(case):
    with open(case["tokenizer"] + "/tokenizer.json", encoding="utf-8") as file:
        ours = json.load(file)
    theirs = train(ours, case["texts"], case["settings"])
    mine, peer = ours["model"]["vocab"], theirs["vocab"]
    if mine != peer:
        ids = range(max(len(mine), len(peer)))
        by_id = [{i: t for t, i in vocab.items()} for vocab in (mine, peer)]
        first = next(i for i in ids if by_id[0].get(i) != by_id[1].get(i))
        return f"{len(mine)} and {len(peer)} tokens; token {first} is {by_id[0].get(first)!r}, the peer's {by_id[1].get(first)!r}"
    if ours["model"]["type"] == "BPE" and spelled(ours["model"]["merges"]) != spelled(theirs["merges"]):
        return "the merges"
    return None


failed = False
with open(sys.argv[1], encoding="utf-8") as job:
    for entry in json.load(job)["cases"]:
        found = differences(entry)
        if found:
            failed = True
            print(f"{entry['name']}: {found}")
sys.exit(1 if failed else 0)
