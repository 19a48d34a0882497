#!/usr/bin/env python3
"""Writes what spaCy makes of the golden texts, for the parity test tests/it/nlp_parity.rs.

    python models/golden.py PIPELINE                 # PIPELINE: the directory that models/export.py reads
    python models/golden.py PIPELINE --texts my.jsonl --expected my.expected.jsonl

Texts are JSON Lines of {"id", "text"}. Expected files hold, for each text, a line {"id", "tokens"} and then one line
per token: [first byte, end byte, tag, pos, morph, lemma, head, dep, sentence, entity]; `entity` is a BIO label.
A name that ends in .zst is compressed. Without options the committed files under tests/golden/nlp/ are rewritten:
expected.jsonl from texts.jsonl, and long.jsonl.zst from one text of 20,000 words that both this script and the test
build from texts.jsonl. Needs spaCy 3.8 and zstandard.
"""

import argparse
import itertools
import json
import pathlib
import re

import spacy
import zstandard

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "nlp"
LONG_WORDS = 20_000
PROSE = 52  # the first texts are ordinary prose; the others are too dense for a 48 KiB piece to be one run of tokens
SEPARATORS = ["\n\n", " ", "\n"]
PIECE_BYTES = 48 * 1024


def long_text(texts):
    """One text of LONG_WORDS words: prose texts in an order drawn by a linear congruential generator."""
    parts, words, state = [], 0, 1
    for separator in itertools.cycle(SEPARATORS):
        if words >= LONG_WORDS:
            return "".join(parts)
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        text = texts[(state >> 33) % PROSE]
        parts += [text, separator]
        words += sum(word != "" for word in text.replace("\n", " ").split(" "))


def pieces(text):
    """Cuts a long text as crates/dateline-read/src/nlp/pieces.rs does: the engine promises what spaCy gives for each piece alone."""
    while len(text.encode()) > PIECE_BYTES:
        window = text.encode()[:PIECE_BYTES].decode(errors="ignore").rstrip()
        gaps = list(re.finditer(r"\s+", window))
        lines = [gap for gap in gaps if "\n" in gap[0]]
        paragraphs = [gap for gap in lines if gap[0].count("\n") > 1]
        sentences = [] if lines else [g for g in gaps if window[: g.start()].rstrip("\"”’)").endswith((".", "!", "?"))]
        end = (paragraphs or lines or sentences or gaps)[-1].end()
        yield text[:end]
        text = text[end:]
    yield text


def rows(nlp, text):
    """One list per token, in the order that the module comment gives."""
    byte, first, sentence = 0, 0, -1
    for piece in pieces(text):
        doc = nlp(piece)
        assert doc.text == piece
        offsets = list(itertools.accumulate((len(c.encode()) for c in piece), initial=byte))
        for token in doc:
            sentence += token.is_sent_start
            entity = f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"
            start, end = offsets[token.idx], offsets[token.idx + len(token)]
            head = first + token.head.i
            morph = str(token.morph)
            yield [start, end, token.tag_, token.pos_, morph, token.lemma_, head, token.dep_, sentence, entity]
        byte, first = offsets[-1], first + len(doc)


def write(path, nlp, named_texts):
    lines = []
    for name, text in named_texts:
        tokens = list(rows(nlp, text))
        lines += [{"id": name, "tokens": len(tokens)}, *tokens]
    data = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode()
    if path.suffix == ".zst":
        data = zstandard.ZstdCompressor(level=22).compress(data)
    path.write_bytes(data)
    print(f"{path}: {len(lines) - len(named_texts)} tokens in {len(named_texts)} texts, {len(data)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", help="directory of the spaCy pipeline that the model file was exported from")
    parser.add_argument("--texts", type=pathlib.Path, default=GOLDEN / "texts.jsonl")
    parser.add_argument("--expected", type=pathlib.Path)
    options = parser.parse_args()
    nlp = spacy.load(options.pipeline)
    with open(options.texts, encoding="utf-8") as file:
        texts = [(text["id"], text["text"]) for text in map(json.loads, file)]
    write(options.expected or GOLDEN / "expected.jsonl", nlp, texts)
    if options.expected is None:
        write(GOLDEN / "long.jsonl.zst", nlp, [("long", long_text([text for _, text in texts]))])


if __name__ == "__main__":
    main()
