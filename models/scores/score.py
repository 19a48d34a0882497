#!/usr/bin/env python3
"""Measures every field of the record on the development data and writes models/SCORES.md and README's table out of it.

    python3 models/scores/score.py --data DIR [--dateline target/release/dateline] [--table PATH] [FIELD...]

DIR holds one folder per data set with gzipped JSON Lines (`muc4/dev.jsonl.gz`, ...; fields.py names them all) and the
whole gold files (`gold/dev/*.json`, see gold.py); the sets are not part of the repository, models/README.md says where
each comes from. Articles go through `dateline extract --format json`, so what is measured is what a user gets, under
the environment of this command: `DATELINE__MODEL__TIER=fast` measures the other tier, with `--table PATH` to write
elsewhere than SCORES.md. With FIELD names (`gold`, `places`, ...) only those are measured and printed, and no table is
written unless `--table` names one. `--keep DIR` keeps the records for a closer look.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import sys

import metrics
import worth
from fields import FIELDS
from metrics import Prf, Rate

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "models" / "SCORES.md"


def documents(data, name, keep=lambda document: True):
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf8") as lines:
        return [d for d in map(json.loads, lines) if keep(d)]


def article(document):
    meta = document.get("meta") or {}
    known = {"title": document.get("title"), "published_at": meta.get("dct") or document.get("published_at")}
    return {"id": document["id"], "text": document["text"]} | {field: value for field, value in known.items() if value}


def enrich(binary, gold):
    """The records of the documents, in their order; a refused article (not English, no text) gives an empty record."""
    lines = "".join(json.dumps(article(d)) + "\n" for d in gold)
    run = subprocess.run([binary, "extract", "--format", "json"], input=lines, capture_output=True, text=True)
    # 65: some article was refused. Whatever else it ended with, the records of the rest are missing.
    if run.returncode not in (0, 65):
        sys.exit(f"{binary} ended with {run.returncode}: {run.stderr[-2000:]}")
    found = {r["article"]["id"]: r for r in map(json.loads, run.stdout.splitlines())}
    if not found:
        sys.exit(f"{binary} gave no records: {run.stderr[-2000:]}")
    refused = [d["id"] for d in gold if d["id"] not in found]
    if refused:
        print(f"{len(refused)} of {len(gold)} articles refused: {run.stderr.splitlines()[:3]}", file=sys.stderr)
    empty = {
        "entities": [], "times": [], "attributions": [], "mentions": [], "events": [], "main_event": None,
        "quality": {"sentences": 1},
    }  # fmt: skip
    return [found.get(d["id"], empty) for d in gold]


def percent(value):
    return f"{100 * value:.1f}"


def cells(row):
    """Count, precision, recall, score."""
    s = row.score
    if isinstance(s, Rate):
        return [str(s.count), "", "", f"{s.value:.2f}"]
    interval = f" ({' to '.join(map(percent, row.interval))})" if row.interval else ""
    if not isinstance(s, Prf):
        return [str(s.count), "", "", percent(s.value) + interval]
    return [str(s.gold), percent(s.precision), percent(s.recall), percent(s.f1) + interval]


def goal(row):
    if row.target is None:
        return ""
    return f"≤ {row.target}" if isinstance(row.score, Rate) else f"≥ {round(100 * row.target)}"


def linked(options):
    """The rows of linking.py, which alone needs numpy and scipy, and the example `link-material` of the release build."""
    try:
        import linking
    except ImportError as missing:
        print(f"linking is left out: {missing}", file=sys.stderr)
        return []
    if not (options.data / "linking").is_dir() or not linking.MATERIAL.exists():
        print(f"linking is left out: {options.data / 'linking'} or {linking.MATERIAL} is missing", file=sys.stderr)
        return []
    return linking.table(options.data, options.dateline)


HEADER = """# Scores

What each field of the record is worth, measured on development data through `dateline extract --format json`.
Written by `python3 models/scores/score.py --data DIR`; do not edit. Development data was used for tuning: expect a
little less on other texts. Percent; *score* is F1, or the share that is right where no precision and recall are given;
in brackets where 95 % of the scores fall if as many articles are drawn anew. What is counted per article or sentence
is no percentage, and the less the better. *Before* is the score of the table that this one replaced.

| data | measure | count | precision | recall | score | before | goal |
|---|---|---|---|---|---|---|---|
"""
RELIABILITY = """
## Reliability

How often a value is right, by the confidence that the record gives it. The expected calibration error is the mean
distance between the two, weighted by count.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--dateline", default=str(ROOT / "target/release/dateline"))
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("fields", nargs="*", choices=[[], *(f.key for f in FIELDS), "linking"])
    options = parser.parse_args()

    before = {row: score for row, (_, score) in worth.rows(options.table or TABLE).items()}
    table, tables = [], []
    for field in FIELDS:
        if options.fields and field.key not in options.fields:
            continue
        gold = field.read(options.data, field.data) if field.read else documents(options.data, field.data, field.keep)
        if not gold:
            print(f"{field.data} is not in {options.data}: left out", file=sys.stderr)
            continue
        records = enrich(options.dateline, gold)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            with open(options.keep / f"{field.key}.jsonl", "w", encoding="utf8") as out:
                for d, r in zip(gold, records):
                    out.write(json.dumps({"document": d, "record": r}) + "\n")
        for row in field.rows(gold, records):
            line = [field.data, row.name, *cells(row), before.get((field.data, row.name), ""), goal(row)]
            table.append(line)
            print(f"{row.name:55} {' '.join(f'{c:>7}' for c in line[2:])}", flush=True)
        for title, samples in field.samples.items():
            bins, error = metrics.reliability(list(samples(gold, records)))
            lines = [f"\n### {title}: {field.data}, expected error {percent(error)}\n", "| confidence | count | mean | right |", "|---|---|---|---|"]
            lines += [f"| {low:.1f} to {high:.1f} | {n} | {percent(c)} | {percent(r)} |" for low, high, n, c, r in bins]
            tables += lines
            print("\n".join(lines[3:]), f"\n{title}: expected calibration error {percent(error)}", flush=True)
    if not options.fields or "linking" in options.fields:
        for *line, wanted in linked(options):
            line += [before.get((line[0], line[1]), ""), wanted]
            table.append(line)
            print(f"{line[0] + ' ' + line[1]:75} {' '.join(f'{c:>7}' for c in line[2:])}", flush=True)
    if options.table or not options.fields:
        rows = "".join(f"| {' | '.join(line)} |\n" for line in table)
        (options.table or TABLE).write_text(HEADER + rows + RELIABILITY + "\n".join(tables) + "\n", encoding="utf8")
        if not options.table:
            worth.write()


if __name__ == "__main__":
    main()
