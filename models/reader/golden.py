"""Writes what PyTorch says: `tests/golden/reader` holds the heads and the mixer of `crates/dateline-read` to it.

    cargo build --release --example reader-material
    python models/reader/golden.py      # after a reader was trained anew

An offline tool (torch, numpy, safetensors). For the heads of the accurate tier vectors are random with a fixed seed, features
the first of each head; for the mixer the words of a text, read by the engine.
"""

import json
import pathlib

import numpy
import torch
from safetensors import safe_open

import fast
from teacher import Teacher
from train import WORD, Names, chances, material

ROOT = pathlib.Path(__file__).resolve().parents[2]
# One paragraph, so that its words are read as the engine reads them alone.
TEXT = (
    "Rebels freed two aid workers near Goma on Thursday, a day after the army had shelled their camp. \"We are glad,\" said Anna "
    "Keller of the charity Nordhilfe, whose convoys gunmen attacked in March. The government denied the shelling."
)
NUMBERS = 8


def mixer(material_of):
    """The first numbers of the mixed vector of every word of the text."""
    with safe_open(ROOT / "models/en_reader_fast.safetensors", "pt") as file:
        t = {name: file.get_tensor(name) for name in file.keys()}
    lists = {name: json.loads(bytes(t[f"{name}.json"].numpy())) for name in ("heads", "names")}
    vocabulary = {head: Names({name: 1 for name in lists["heads"].get(head, [])}, 1) for head in ("word", "pair", "role", "name")}
    tables = {key: fast.Names(names, 1) for key, names in lists["names"].items()}
    network = fast.Mixer(vocabulary, tables).eval()
    state = {f"{layer}.{part}": t[f"{layer}.{part}"] for layer in ("first", "mixed") for part in ("weight", "bias")}
    state |= {"norm.weight": t["norm.gain"], "norm.bias": t["norm.bias"]}
    state |= {f"table.{key}.weight": t[f"{key}.weight"].float() * t[f"{key}.scale"][:, None] for key in tables}
    network.load_state_dict(state, strict=False)
    gold = {"id": "text", "text": TEXT, "events": [], "marked": [], "kinds": []}
    [(gold, m)] = material(material_of, ROOT / "models/en_reader.safetensors", [gold], "--engine")
    article = fast.Parsed(gold, m, vocabulary, tables)
    article.kept = torch.arange(len(m["tokens"]))
    with torch.no_grad():
        return network.mix(article)[:, :NUMBERS]


def main():
    reader = Teacher(ROOT / "models/en_reader.safetensors")
    heads, vocabulary = reader.heads, reader.vocabulary
    lists, width = {head: names.list for head, names in vocabulary.items()}, heads.word.in_features
    vectors = torch.from_numpy(numpy.round(numpy.random.default_rng(1).standard_normal((4, width)), 2).astype(numpy.float32))
    chosen = {head: [[name, 0.5 + 0.25 * i] for i, name in enumerate(names[:3])] for head, names in lists.items()}
    sparse = {head: vocabulary[head].sparse(features) for head, features in chosen.items()}

    def dense(head):
        rows = torch.zeros(4, len(lists[head]))
        rows[:, sparse[head][0]] = torch.tensor(sparse[head][1])
        return rows

    with torch.no_grad():
        z = heads.words(vectors, dense("word"))
        words = chances(z)
        pairs = heads.pairs(vectors, [(a, a + 1, *sparse["pair"]) for a in range(3)]).sigmoid()
        roles = heads.roles(vectors, vectors, [(a, 3 - a, *sparse["role"]) for a in range(4)]).sigmoid()
        names = heads.names(vectors, dense("name")).log_softmax(-1)
    assert words.shape[1] == len(WORD)
    rounded = lambda x: [[round(float(v), 5) for v in row] for row in x.reshape(len(x), -1)]
    folder = ROOT / "tests/golden/reader"
    folder.mkdir(exist_ok=True)
    mixed = rounded(mixer(ROOT / "target/release/examples/reader-material"))
    (folder / "mixer.json").write_text(json.dumps({"text": TEXT, "mixed": mixed}, ensure_ascii=False) + "\n")
    (folder / "heads.json").write_text(json.dumps({
        "vectors": rounded(vectors), "features": chosen, "words": rounded(words), "pairs": rounded(pairs), "roles": rounded(roles),
        "names": rounded(names),
    }) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
