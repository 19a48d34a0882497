"""Exports a BERT encoder of PyTorch to the file that `crates/dateline-read/src/nlp/encoder` reads.

    from export import export
    export(model, vocabulary, window=192, name="en_encoder", version="1", license="...", source="...")  ->  bytes

An offline tool (numpy, torch, zstandard). Layout (little endian, `models/container.py`):

* the weights of every product as I8 rows with one F32 scale a row, `round(w / max * 64)`: 64, not 127, because the
  products of AVX2 add two of them, times a byte, in 16 bits (`crates/dateline-kernel/src/int8.rs`);
* queries, keys and values of a layer as one product;
* the table of word pieces as I8 rows of -127 to 127 with one scale a row;
* positions as F32, with the one token type added in; gains and biases as F32;
* the vocabulary as compressed text, a piece a line; the shape as JSON.
"""

import json
import pathlib
import sys

import numpy
import zstandard

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from container import serialise

FORMAT, FORMAT_VERSION = "dateline-encoder", "1"
MOST = 64


def rows8(weight, most):
    """Whole numbers between -most and most, and the scale of every row."""
    top = numpy.maximum(numpy.abs(weight).max(axis=1), 1e-12)
    return numpy.rint(weight / top[:, None] * most).astype(numpy.int8), (top / most).astype(numpy.float32)


def export(model, vocabulary, window, name, version, license, source, beside=None):
    """`model`: a transformers.BertModel without pooling layer; `vocabulary`: its pieces in order; `beside`: tensors of
    somebody else's that go into the same file."""
    config, state = model.config, {k: v.float().numpy() for k, v in model.state_dict().items()}
    shape = {
        "layers": config.num_hidden_layers, "heads": config.num_attention_heads,
        "inner": config.intermediate_size, "window": window,
    }
    assert config.hidden_size == 32 * config.num_attention_heads and config.hidden_act == "gelu"
    tensors = {
        "shape.json": numpy.frombuffer(json.dumps(shape).encode(), numpy.uint8),
        "vocabulary": numpy.frombuffer(zstandard.compress("\n".join(vocabulary).encode(), 19), numpy.uint8),
    }

    def put(name, weight, bias):
        tensors[f"{name}.weight"], tensors[f"{name}.scale"] = rows8(weight, MOST)
        tensors[f"{name}.bias"] = bias.astype(numpy.float32)

    def norm(name, source):
        tensors[f"{name}.gain"], tensors[f"{name}.bias"] = state[f"{source}.weight"], state[f"{source}.bias"]

    tensors["words.weight"], tensors["words.scale"] = rows8(state["embeddings.word_embeddings.weight"], 127)
    positions = state["embeddings.position_embeddings.weight"][:window]
    tensors["positions"] = positions + state["embeddings.token_type_embeddings.weight"][0]
    norm("first_norm", "embeddings.LayerNorm")
    for i in range(config.num_hidden_layers):
        layer = f"encoder.layer.{i}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        put(f"{i}.attention", *(numpy.concatenate([state[f"{p}.{kind}"] for p in parts]) for kind in ("weight", "bias")))
        for ours, theirs in (
            ("attended", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense"),
        ):
            put(f"{i}.{ours}", state[f"{layer}.{theirs}.weight"], state[f"{layer}.{theirs}.bias"])
        norm(f"{i}.attention_norm", f"{layer}.attention.output.LayerNorm")
        norm(f"{i}.norm", f"{layer}.output.LayerNorm")
    metadata = {
        "format": FORMAT, "format_version": FORMAT_VERSION, "name": name, "version": version, "license": license,
        "source": source,
    }
    return serialise({**tensors, **(beside or {})}, metadata)
