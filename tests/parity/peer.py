"""What transformers makes of the folders that Smelt writes: reads a JSON file of tasks, writes their answers.

peer.py TASKS.json ANSWERS.json, run by transformers_slow_test.cpp with the Python of .peers. Nothing is fetched and no
code of the folders is run.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch  # noqa: E402
import transformers  # noqa: E402


def score(task):
    """Log-probability of every token but the first, and the greedy continuation, in float32 arithmetic."""
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        task["model"], dtype=torch.float32, local_files_only=True, trust_remote_code=False, output_loading_info=True)
    model.eval()
    ids = torch.tensor([task["ids"]])
    with torch.no_grad():
        # Without a cache: theirs fails for models that have no attention layer.
        log_probs = model(ids, use_cache=False).logits[0].double().log_softmax(-1)
    picked = log_probs[:-1].gather(1, ids[0, 1:, None])[:, 0]
    return {
        "logprobs": picked.tolist(),
        "missing": sorted(info["missing_keys"]),
        "mismatched": sorted(str(key) for key in info["mismatched_keys"]),
        "architecture": type(model).__name__,
        "eos": model.generation_config.eos_token_id,
    }


def tokenize(task):
    tokenizer = transformers.AutoTokenizer.from_pretrained(task["model"], local_files_only=True, trust_remote_code=False)
    ids = [tokenizer.encode(text, add_special_tokens=False) for text in task["texts"]]
    answer = {
        "ids": ids,
        "texts": [tokenizer.decode(row, skip_special_tokens=False, clean_up_tokenization_spaces=False) for row in ids],
        "eos": tokenizer.eos_token_id,
        "vocab_size": len(tokenizer),
        "chat": None,
    }
    if "messages" in task:
        answer["chat"] = tokenizer.apply_chat_template(task["messages"], tokenize=False, add_generation_prompt=True)
    return answer


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        tasks = json.load(file)
    torch.set_num_threads(1)
    answers = [(tokenize if "texts" in task else score)(task) for task in tasks]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main()
