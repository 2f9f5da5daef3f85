"""Megatron-core's own files: peer.py FOLDER reads FOLDER/cases.json and FOLDER/documents.json.

Writes FOLDER/peer-uint16.{bin,idx} and peer-int32.{bin,idx} with its IndexedDatasetBuilder, and for every case the
cache of its BlendedMegatronDatasetBuilder into FOLDER/peer-NUMBER. Exits with 77 where the package is missing.
"""

import collections
import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy
    import torch
    from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
    from megatron.core.datasets.indexed_dataset import IndexedDatasetBuilder
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)


class Tokenizer:
    unique_identifiers = collections.OrderedDict([("class", "Test"), ("paths", ["a", "\u00e4"]), ("options", {})])
    vocab_size = 1000
    eod = 0
    pad = 1


def build(folder):
    documents = json.load(open(os.path.join(folder, "documents.json")))
    for dtype in (numpy.uint16, numpy.int32):
        prefix = os.path.join(folder, "peer-" + numpy.dtype(dtype).name)
        builder = IndexedDatasetBuilder(prefix + ".bin", dtype=dtype)
        for tokens in documents:
            builder.add_document(torch.tensor(tokens, dtype=torch.int64), [len(tokens)] if tokens else [])
        builder.finalize(prefix + ".idx")


def index(folder):
    os.chdir(folder)
    torch.distributed.init_process_group(
        "gloo", init_method="file://" + os.path.join(folder, "store"), rank=0, world_size=1)
    for number, case in enumerate(json.load(open("cases.json"))):
        config = GPTDatasetConfig(
            random_seed=case["seed"],
            sequence_length=case["seq_length"],
            blend=(case["prefixes"], case["weights"]),
            split=case["split"],
            path_to_cache="peer-%d" % number,
            tokenizer=Tokenizer(),
            reset_position_ids=False,
            reset_attention_mask=False,
            eod_mask_loss=False,
        )
        BlendedMegatronDatasetBuilder(GPTDataset, case["samples"], lambda: True, config).build()
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    build(sys.argv[1])
    index(os.path.abspath(sys.argv[1]))
