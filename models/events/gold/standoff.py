#!/usr/bin/env python3
"""Gold annotations without the texts they are of, and back. Python 3, no dependencies.

    standoff.py strip CODED_DIR [--texts DIR] > PART.jsonl      # whole gold files -> a line an article, no text
    standoff.py join PART.jsonl TEXTS.jsonl OUT_DIR             # with the texts -> whole gold files, for a scorer

Spans are [start, end) in characters of the text whose SHA-256 is `sha256`. A trigger is a span. A name of a party or a
place is the span where the text has it first, or, where it has not, the coder's own word. TEXTS.jsonl has a line an
article with a field `text`; an article is found by its hash alone, so any file with the same texts will do.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys

NAMES = ("actors", "recipients")
KEPT = ("genre", "published_at", "source", "url")


def trigger_span(text, trigger):
    """`words` that are in the text once, or `words#k` for their k-th occurrence."""
    numbered = re.fullmatch(r"(.*)#(\d+)", trigger, re.S)
    words, k = (numbered.group(1), int(numbered.group(2))) if numbered else (trigger, 1)
    starts = [m.start() for m in re.finditer(re.escape(words), text)]
    if len(starts) < k or (numbered is None and len(starts) != 1):
        raise ValueError(f"{trigger!r} is {len(starts)} times in the text")
    return [starts[k - 1], starts[k - 1] + len(words)]


def trigger_words(text, span):
    words = text[span[0]:span[1]]
    starts = [m.start() for m in re.finditer(re.escape(words), text)]
    return words if len(starts) == 1 else f"{words}#{starts.index(span[0]) + 1}"


def name_span(text, name):
    at = text.find(name)
    return [at, at + len(name)] if at >= 0 else name


def name_words(text, name):
    return text[name[0]:name[1]] if isinstance(name, list) else name


def converted(events, text, trigger, name):
    """The events with every trigger and every name of a party or a place turned by these functions of text and value."""
    return [
        {
            **event,
            "triggers": [trigger(text, value) for value in event["triggers"]],
            **{field: [[name(text, value) for value in party] for party in event[field]] for field in NAMES},
            "places": [name(text, value) for value in event["places"]],
        }
        for event in events
    ]


def strip(article, text):
    facts = {field: article[field] for field in KEPT if article.get(field)}
    digest = hashlib.sha256(text.encode()).hexdigest()
    events = converted(article["events"], text, trigger_span, name_span)
    return {"id": article["id"], "sha256": digest, "chars": len(text), **facts, "events": events}


def join(article, text):
    events = converted(article["events"], text, trigger_words, name_words)
    return {**article, "title": None, "text": text, "events": events}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    stripping = commands.add_parser("strip")
    stripping.add_argument("coded", type=pathlib.Path)
    stripping.add_argument("--texts", type=pathlib.Path, help="ID.json with a field text, where the coded files have none")
    joining = commands.add_parser("join")
    joining.add_argument("part", type=pathlib.Path)
    joining.add_argument("texts", type=pathlib.Path)
    joining.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    if options.command == "strip":
        for path in sorted(options.coded.glob("*.json")):
            article = json.loads(path.read_text(encoding="utf-8"))
            source = article
            if "text" not in article:
                source = json.loads((options.texts / path.name).read_text(encoding="utf-8"))
                article = {**{field: source[field] for field in ("source", "url") if field in source}, **article}
            print(json.dumps(strip(article, source["text"]), ensure_ascii=False, separators=(",", ":")))
        return
    texts = {}
    for line in options.texts.open(encoding="utf-8"):
        text = json.loads(line)["text"]
        texts[hashlib.sha256(text.encode()).hexdigest()] = text
    options.out.mkdir(parents=True, exist_ok=True)
    missing = 0
    for line in options.part.open(encoding="utf-8"):
        article = json.loads(line)
        if article["sha256"] not in texts:
            missing += 1
            continue
        whole = join(article, texts[article["sha256"]])
        (options.out / f"{article['id']}.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    if missing:
        sys.exit(f"{missing} articles of {options.part} have no text in {options.texts}")


if __name__ == "__main__":
    main()
