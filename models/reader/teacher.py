"""A reader's file in PyTorch, to teach by: what it says of the words of an article.

    Teacher(path).words(gold, material)  ->  [words read][25] chances

An offline tool (torch, transformers, safetensors, zstandard). Weights are those of the file, whole numbers times their
scales; activations are not rounded, so chances differ from the worker's in the third place.
"""

import json

import torch
import zstandard
from safetensors import safe_open
from torch import nn

from train import Article, Heads, Names, chances


class Teacher(nn.Module):
    def __init__(self, path):
        super().__init__()
        from transformers import BertConfig, BertModel

        with safe_open(path, "pt") as file:
            t = {name: file.get_tensor(name) for name in file.keys()}
        unpacked = lambda name: bytes(t[name].numpy())
        shape, lists = json.loads(unpacked("shape.json")), json.loads(unpacked("heads.json"))
        pieces = zstandard.ZstdDecompressor().decompress(unpacked("vocabulary"), 1 << 24).decode().split("\n")
        self.first, self.last, self.pad = (pieces.index(mark) for mark in ("[CLS]", "[SEP]", "[PAD]"))
        weight = lambda name: t[f"{name}.weight"].float() * t[f"{name}.scale"][:, None]
        state = {"embeddings.word_embeddings.weight": weight("words"), "embeddings.position_embeddings.weight": t["positions"]}
        norm = lambda theirs, ours: {f"{theirs}.weight": t[f"{ours}.gain"], f"{theirs}.bias": t[f"{ours}.bias"]}
        state |= norm("embeddings.LayerNorm", "first_norm")
        width = state["embeddings.word_embeddings.weight"].shape[1]
        # The one token type is added to the positions.
        state["embeddings.token_type_embeddings.weight"] = torch.zeros(2, width)
        for i in range(shape["layers"]):
            layer = f"encoder.layer.{i}"
            thirds = zip(weight(f"{i}.attention").chunk(3), t[f"{i}.attention.bias"].chunk(3))
            for part, (w, b) in zip(("query", "key", "value"), thirds):
                state |= {f"{layer}.attention.self.{part}.weight": w, f"{layer}.attention.self.{part}.bias": b}
            for ours, theirs in (("attended", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")):
                state |= {f"{layer}.{theirs}.weight": weight(f"{i}.{ours}"), f"{layer}.{theirs}.bias": t[f"{i}.{ours}.bias"]}
            state |= norm(f"{layer}.attention.output.LayerNorm", f"{i}.attention_norm") | norm(f"{layer}.output.LayerNorm", f"{i}.norm")
        self.encoder = BertModel(BertConfig(
            vocab_size=len(pieces), hidden_size=width, num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"],
            intermediate_size=shape["inner"], max_position_embeddings=shape["window"],
        ), add_pooling_layer=False)  # fmt: skip
        self.encoder.load_state_dict(state, strict=False)
        self.vocabulary = {head: Names({name: 1 for name in names}, 1) for head, names in lists.items()}
        self.heads = Heads(width, self.vocabulary)
        self.heads.load_state_dict({k.removeprefix("heads."): v for k, v in t.items() if k.startswith("heads.") and k != "heads.json"})
        self.eval()

    @torch.no_grad()
    def words(self, gold, m):
        article = Article(gold, m, self.vocabulary, self.first, self.last)
        longest = max(map(len, article.windows))
        ids = torch.tensor([row + [self.pad] * (longest - len(row)) for row in article.windows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in article.windows])
        h = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        at = torch.from_numpy(article.at[article.read])
        return chances(self.heads.words(h[at[:, 0], at[:, 1]], article.features))
