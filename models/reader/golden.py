"""Writes what PyTorch says of some vectors and features: `tests/golden/reader/heads.json` holds `crates/dateline-read/src/extract/reader` to it.

    python models/reader/golden.py      # after the reader was trained anew

An offline tool (torch, numpy, safetensors). Vectors are random with a fixed seed, features are the first of each head.
"""

import json
import pathlib

import numpy
import torch
from safetensors import safe_open

from train import WORD, Heads, Names

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    with safe_open(ROOT / "models/en_reader.safetensors", "pt") as file:
        state = {name.removeprefix("heads."): file.get_tensor(name) for name in file.keys() if name.startswith("heads.")}
    lists = json.loads(bytes(state.pop("json").numpy()))
    vocabulary = {head: Names({name: 1 for name in names}, 1) for head, names in lists.items()}
    width = state["word.weight"].shape[1]
    heads = Heads(width, vocabulary)
    heads.load_state_dict(state)
    vectors = torch.from_numpy(numpy.round(numpy.random.default_rng(1).standard_normal((4, width)), 2).astype(numpy.float32))
    chosen = {head: [[name, 0.5 + 0.25 * i] for i, name in enumerate(names[:3])] for head, names in lists.items()}
    sparse = {head: vocabulary[head].sparse(features) for head, features in chosen.items()}

    def dense(head):
        rows = torch.zeros(4, len(lists[head]))
        rows[:, sparse[head][0]] = torch.tensor(sparse[head][1])
        return rows

    with torch.no_grad():
        z = heads.words(vectors, dense("word"))
        words = torch.cat([z[:, :18].softmax(-1), z[:, 18:21].sigmoid(), z[:, 21:24].softmax(-1), z[:, 24:].sigmoid()], -1)
        pairs = heads.pairs(vectors, [(a, a + 1, *sparse["pair"]) for a in range(3)]).sigmoid()
        roles = heads.roles(vectors, vectors, [(a, 3 - a, *sparse["role"]) for a in range(4)]).sigmoid()
        names = heads.names(vectors, dense("name")).log_softmax(-1)
    assert words.shape[1] == len(WORD)
    rounded = lambda x: [[round(float(v), 5) for v in row] for row in x.reshape(len(x), -1)]
    path = ROOT / "tests/golden/reader/heads.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({
        "vectors": rounded(vectors), "features": chosen, "words": rounded(words), "pairs": rounded(pairs), "roles": rounded(roles),
        "names": rounded(names),
    }) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
