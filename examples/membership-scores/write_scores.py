"""Writes the token scores of a causal language model of Hugging Face as one folder of the pipeline membership-scores."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = "example/model-7b"
CONTEXT = 1024  # tokens of a window; every token but the first of a document is predicted once
DOCUMENTS = "documents.jsonl"  # one object per line: doc_id, text, label (1: member, 0: not)
FOLDER = Path("data/membership/scores/model-7b")

TOKENS = pa.schema([("doc_id", pa.string()), ("input_ids", pa.list_(pa.int32()))])
LABELS = pa.schema([("doc_id", pa.string()), ("label", pa.int8()), ("text", pa.string())])
MEANS = pa.schema([("doc_id", pa.string()), ("p", pa.list_(pa.float64()))])
SCORES = pa.schema(
    [
        ("doc_id", pa.string()),
        ("pos", pa.int32()),
        ("window", pa.int32()),
        ("logprob", pa.float32()),
        ("max_logprob", pa.float32()),
        ("rank", pa.int32()),
        ("mu", pa.float64()),
        ("m2", pa.float64()),
        ("mu_uniform", pa.float64()),
        ("sd_uniform", pa.float64()),
    ]
)


@torch.inference_mode()
def windows(model, ids):
    """For every window: number, place of its first prediction, and log P of all tokens there, in float32."""
    for number, begin in enumerate(range(0, len(ids) - 1, CONTEXT - 1)):
        read = torch.tensor([ids[begin : begin + CONTEXT]], device=model.device)
        # Row k of the logits predicts token begin + k + 1; the last row predicts what follows the window.
        yield number, begin + 1, torch.log_softmax(model(read).logits[0, :-1].float(), dim=-1).cpu()


def score(doc_id, ids, number, first, logp):
    given = logp.gather(1, torch.tensor(ids[first : first + len(logp)])[:, None])
    exact = logp.double()
    p = exact.exp()
    return pa.table(
        {
            "doc_id": [doc_id] * len(logp),
            "pos": range(first, first + len(logp)),
            "window": [number] * len(logp),
            "logprob": given[:, 0].numpy(),
            "max_logprob": logp.max(dim=1).values.numpy(),
            "rank": (logp > given).sum(dim=1).numpy(),  # counts from 0
            "mu": (p * exact).sum(dim=1).numpy(),
            "m2": (p * exact**2).sum(dim=1).numpy(),
            "mu_uniform": exact.mean(dim=1).numpy(),
            "sd_uniform": exact.std(dim=1, correction=0).numpy(),
        },
        schema=SCORES,
    )


def main():
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL).eval()  # .to("cuda") where there is a GPU
    FOLDER.mkdir(parents=True, exist_ok=True)
    tokens, labels, means = [], [], []
    with open(DOCUMENTS, encoding="utf-8") as lines, pq.ParquetWriter(FOLDER / "token_score.parquet", SCORES) as scores:
        for document in map(json.loads, lines):
            doc_id = document["doc_id"]
            ids = tokenizer(document["text"], add_special_tokens=False)["input_ids"]
            total = 0
            for number, first, logp in windows(model, ids):
                scores.write_table(score(doc_id, ids, number, first, logp))
                total = total + logp.double().exp().sum(dim=0)
            tokens.append({"doc_id": doc_id, "input_ids": ids})
            labels.append({"doc_id": doc_id, "label": document["label"], "text": document["text"]})
            if len(ids) > 1:
                means.append({"doc_id": doc_id, "p": (total / (len(ids) - 1)).tolist()})
    pq.write_table(pa.Table.from_pylist(tokens, TOKENS), FOLDER / "token.parquet")
    pq.write_table(pa.Table.from_pylist(labels, LABELS), FOLDER / "assignment.parquet")
    pq.write_table(pa.Table.from_pylist(means, MEANS), FOLDER / "document_mean_probability.parquet")


if __name__ == "__main__":
    main()
