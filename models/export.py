"""Exports a spaCy 3.8 English pipeline to the one model file that Dateline's language engine reads.

    python models/export.py --pipeline PATH --output models/en_news.safetensors

An offline tool (needs spacy, numpy and zstandard); nothing of it is used when Dateline is built or run. The same
input gives the same bytes. Where the weights come from and how they were trained: models/README.md.

Layout of the file (little endian, safetensors):

* matrices of the small layers as F32, in spaCy's own axis order;
* the big lookup tables (hash embeddings, word vectors) as I16 rows with one F32 scale a row. A row-wise 16-bit integer
  is several times as exact as a 16-bit float of the same size;
* word vectors already multiplied by the 300 -> 96 projection of each network that reads them;
* the 684,830 vector keys as 48 of their 64 hash bits: sorted, bucketed by the first 16, the next 32 stored
  (an unknown word meets a stored key by chance once in 4 * 10^8);
* everything that is text (tokenizer rules, labels) as JSON in U8 tensors;
* attribute-ruler rules and lemma tables as compressed JSON in U8 tensors (export_morphology.py).

The metadata carries name, version, licence, origin and the SHA-256 of the data section, which the engine checks.
"""

import argparse
import json
import pathlib

import export_morphology
import numpy
import spacy
from container import serialise
from spacy.attrs import NORM, ORTH
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.strings import hash_string
from spacy.symbols import IDS

FORMAT = "dateline-nlp"
FORMAT_VERSION = "1"
FIRST_SEED = 8  # spaCy seeds the hash embeddings 8, 9, 10 ...
KEY_MIXER = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd


def text(value):
    """A JSON document as a U8 tensor."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return numpy.frombuffer(data, dtype=numpy.uint8)


def quantised(name, table):
    """A lookup table as 16-bit integer rows with one scale a row."""
    table = numpy.asarray(table, dtype=numpy.float64)
    scale = (numpy.abs(table).max(axis=1) / 32767).astype(numpy.float32)
    divisor = numpy.where(scale == 0, 1, scale).astype(numpy.float64)
    rows = numpy.rint(table / divisor[:, None])
    assert numpy.abs(rows).max() <= 32767
    return {f"{name}.rows": rows.astype(numpy.int16), f"{name}.scale": scale}


def single(array):
    return numpy.ascontiguousarray(array, dtype=numpy.float32)


def tok2vec(model, name, vectors):
    """Hash embeddings, projected vectors, mixer and convolutions of one tok2vec network."""
    out = {}
    embeds = sorted((n for n in model.walk() if n.name == "hashembed"), key=lambda n: n.attrs["column"])
    for i, embed in enumerate(embeds):
        assert embed.attrs["seed"] == FIRST_SEED + i
        out |= quantised(f"{name}.embed.{i}", embed.get_param("E"))
    projection = next(n for n in model.walk() if n.name == "static_vectors").get_param("W")
    out |= quantised(f"{name}.vectors", vectors.astype(numpy.float64) @ projection.astype(numpy.float64).T)
    layers = [n for n in model.walk(order="dfs_pre") if n.name in ("maxout", "layernorm")]
    names = ["mix", "conv.0", "conv.1", "conv.2", "conv.3"]
    assert [n.name for n in layers] == ["maxout", "layernorm"] * len(names)
    for layer, maxout, norm in zip(names, layers[::2], layers[1::2]):
        out[f"{name}.{layer}.weight"] = single(maxout.get_param("W"))
        out[f"{name}.{layer}.bias"] = single(maxout.get_param("b"))
        out[f"{name}.{layer}.norm.gain"] = single(norm.get_param("G"))
        out[f"{name}.{layer}.norm.bias"] = single(norm.get_param("b"))
    return out


def transitions(model, name):
    """The scorer of a transition system: projection, precomputed lower layer with its pad row, upper layer."""
    project = [n for n in model.layers[0].walk() if n.name == "linear"][-1]
    lower, upper = model.layers[1], model.layers[2]
    return {
        f"{name}.project.weight": single(project.get_param("W")),
        f"{name}.project.bias": single(project.get_param("b")),
        f"{name}.lower.weight": single(lower.get_param("W")),
        f"{name}.lower.bias": single(lower.get_param("b")),
        f"{name}.lower.pad": single(lower.get_param("pad")),
        f"{name}.upper.weight": single(upper.get_param("W")),
        f"{name}.upper.bias": single(upper.get_param("b")),
    }


def vector_keys(vectors):
    """The word-vector keys: 16 bits choose the bucket, 32 bits are stored, `rows` holds the row of each key.

    A key is first multiplied by an odd constant, because names in spacy.symbols have small ids that share all high bits.
    """
    keys = numpy.array(list(vectors.key2row.keys()), dtype=numpy.uint64) * numpy.uint64(KEY_MIXER)
    rows = numpy.array(list(vectors.key2row.values()), dtype=numpy.uint32)
    assert rows.max() < 65536
    order = numpy.argsort(keys)
    keys, rows = keys[order], rows[order]
    prefixes = keys >> numpy.uint64(16)
    assert len(numpy.unique(prefixes)) == len(keys), "two keys share their first 48 bits"
    counts = numpy.bincount((keys >> numpy.uint64(48)).astype(numpy.int64), minlength=65536)
    return {
        "vector_keys.starts": numpy.concatenate([[0], numpy.cumsum(counts)]).astype(numpy.uint32),
        "vector_keys.stored": (prefixes & numpy.uint64(0xFFFFFFFF)).astype(numpy.uint32),
        "vector_keys.rows": rows.astype(numpy.uint16),
    }


def tokenizer_rules(nlp):
    """Affix patterns in Python's regex syntax, special cases, NORM exceptions by string hash."""
    tokenizer = nlp.tokenizer
    assert tokenizer.token_match is None and tokenizer.faster_heuristics
    norms = {hash_string(k): v for k, v in BASE_NORMS.items()}
    for key, value in nlp.vocab.lookups.get_table("lexeme_norm").items():
        norms[key] = value if isinstance(value, str) else nlp.vocab.strings[value]
    return {
        "prefix": tokenizer.prefix_search.__self__.pattern,
        "suffix": tokenizer.suffix_search.__self__.pattern,
        "infix": tokenizer.infix_finditer.__self__.pattern,
        "url": tokenizer.url_match.__self__.pattern,
        "special_cases": [[k, [[t[ORTH], t.get(NORM)] for t in v]] for k, v in sorted(tokenizer.rules.items())],
        "norms": sorted([str(k), v] for k, v in norms.items()),
        "symbols": sorted([k, int(v)] for k, v in IDS.items()),
    }


def moves(pipe):
    return [pipe.moves.get_class_name(i) for i in range(pipe.moves.n_moves)]


def collect(nlp):
    tagger, parser, ner = (nlp.get_pipe(name) for name in ("tagger", "parser", "ner"))
    vectors = nlp.vocab.vectors
    softmax = next(n for n in tagger.model.walk() if n.name == "softmax")
    tensors = {"tagger.weight": single(softmax.get_param("W")), "tagger.bias": single(softmax.get_param("b"))}
    tensors |= tok2vec(nlp.get_pipe("tok2vec").model, "tok2vec", vectors.data)
    tensors |= tok2vec(ner.model.layers[0], "ner.tok2vec", vectors.data)
    tensors |= transitions(parser.model, "parser")
    tensors |= transitions(ner.model, "ner")
    tensors |= vector_keys(vectors)
    tensors["tokenizer.json"] = text(tokenizer_rules(nlp))
    tensors["labels.json"] = text({"tags": list(tagger.labels), "parser": moves(parser), "ner": moves(ner)})
    extra = export_morphology.tensors(nlp)
    assert not tensors.keys() & extra.keys()
    return tensors | extra


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--pipeline", required=True, help="folder of the unpacked spaCy pipeline")
    arguments.add_argument("--output", required=True, type=pathlib.Path)
    arguments.add_argument("--name", default="en_news")
    arguments.add_argument("--version", default="1.0.0")
    options = arguments.parse_args()
    tensors = collect(spacy.load(options.pipeline))
    metadata = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": options.name,
        "version": options.version,
        "license": "MIT (en_core_web_md 3.8.0, Explosion); see models/README.md for the training data",
        "source": "en_core_web_md 3.8.0, NER trained further on harmonised Worldwide Newswire",
    }
    blob = serialise(tensors, metadata)
    options.output.write_bytes(blob)
    print(f"{options.output}: {len(blob):,} bytes, {len(tensors)} tensors")


if __name__ == "__main__":
    main()
