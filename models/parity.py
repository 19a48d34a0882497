"""Compares the engine's annotation of many texts with spaCy's, feature by feature.

    cargo run --release --example annotate -- TEXTS.jsonl ENGINE.jsonl
    python models/parity.py --pipeline PATH TEXTS.jsonl ENGINE.jsonl

Prints one line per feature: values compared, values that differ, and per cent equal. Exit status 1 if any differs.
Texts over the engine's piece size (48 KiB) are compared as whole documents and may then differ.
"""

import argparse
import json
import sys

import spacy


def features(doc):
    return {
        "tokens": [(t.idx, t.idx + len(t)) for t in doc],
        "spaces": [bool(t.whitespace_) for t in doc],
        "tags": [t.tag_ for t in doc],
        "pos": [t.pos_ for t in doc],
        "lemmas": [t.lemma_ for t in doc],
        "heads": [t.head.i for t in doc],
        "deps": [t.dep_ for t in doc],
        "edges": [(t.left_edge.i, t.right_edge.i) for t in doc],
        "sentences": [s.start for s in doc.sents],
        "entities": [((e.start_char, e.end_char), e.label_) for e in doc.ents],
    }


def freeze(value):
    return tuple(freeze(v) for v in value) if isinstance(value, list) else value


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--pipeline", required=True)
    arguments.add_argument("--show", type=int, default=5, help="differences printed per feature")
    arguments.add_argument("--skip", nargs="*", default=[], help="features not compared")
    arguments.add_argument("texts")
    arguments.add_argument("engine")
    options = arguments.parse_args()
    nlp = spacy.load(options.pipeline)
    texts = [json.loads(line)["text"] for line in open(options.texts)]
    found = [json.loads(line) for line in open(options.engine)]
    assert len(texts) == len(found), "not the same texts"
    compared, differing, shown = {}, {}, {}
    for doc, engine in zip(nlp.pipe(texts, batch_size=32), found):
        for name, wanted in features(doc).items():
            if name in options.skip:
                continue
            got = [freeze(v) for v in engine[name]]
            aligned = name in ("entities", "sentences") or len(got) == len(wanted)
            if name in ("entities", "sentences", "tokens"):
                wrong = set(wanted) ^ set(got)
            elif aligned:
                wrong = [(i, doc[i].text, w, g) for i, (w, g) in enumerate(zip(wanted, got)) if w != g]
            else:
                wrong = wanted
            compared[name] = compared.get(name, 0) + len(wanted)
            differing[name] = differing.get(name, 0) + len(wrong)
            for item in list(wrong)[: options.show - shown.get(name, 0)]:
                shown[name] = shown.get(name, 0) + 1
                print("differs:", name, item, repr(doc.text[:60]))
    for name, count in compared.items():
        print(f"{name:10} {count:9,} compared {differing[name]:6,} differ {100 - 100 * differing[name] / max(count, 1):.4f} % equal")
    sys.exit(any(differing.values()))


if __name__ == "__main__":
    main()
