"""What transformers makes of conversations: peer.py TOKENIZER_DIR CHATS.jsonl.

Prints a line of JSON for every conversation: its ids and the mask of the assistant's tokens, by the chat template's
generation tags. Exits with 77 where the package is missing.
"""

import json
import os
import sys

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
try:
    from transformers import PreTrainedTokenizerFast
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)

tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(sys.argv[1], "tokenizer.json"))
template = open(os.path.join(sys.argv[1], "chat_template.jinja")).read()
for line in open(sys.argv[2]):
    out = tokenizer.apply_chat_template(
        json.loads(line)["messages"], chat_template=template, tokenize=True, return_dict=True,
        return_assistant_tokens_mask=True)
    print(json.dumps({"ids": out["input_ids"], "mask": out["assistant_masks"]}))
