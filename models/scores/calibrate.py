#!/usr/bin/env python3
"""Fits the confidence of times: prints crates/dateline-read/src/words/data/times/confidence.tsv.

    python3 models/scores/score.py --data DIR --keep KEPT times-aquaint times-wikiwars
    python3 models/scores/calibrate.py KEPT > crates/dateline-read/src/words/data/times/confidence.tsv

The confidence of a time is how often times of its kind have the right value on the development data. News counts three
times, because Dateline reads news and the histories hold three times as many times. A kind is a row where it was seen
at least 8 times; its share is drawn towards that of the wider kind as by 8 more observations, and a row that says
nearly the same as the wider kind is left out. `--check` fits on a random half and measures on the other.
"""

import collections
import json
import pathlib
import random
import re
import sys

import metrics
from fields import span

WEIGHTS = {"times-aquaint": 3, "times-wikiwars": 1}
SEEN = 8
NEARLY = 0.03
ANY = "*"

HEADER = """# How often times of a kind have the right value: the confidence of a time expression. The first row that fits counts.
# Origin: models/scores/calibrate.py on development data (AQUAINT TimeML, WikiWars); do not edit.
# Columns: TIMEX3 type, granularity, anchor (none, dct, timex, event), form of the value (full, open: with X in it,
# reference: PAST_REF and the like), confidence. * stands for any.
"""


def kinds(time):
    """From the kind of a time to ever wider ones."""
    anchor = time["anchor"]["kind"] if time["anchor"] else "none"
    value = time["value"]
    form = "reference" if value.endswith("_REF") else "open" if "X" in value else "full"
    own = (time["timex_type"], time["granularity"], anchor, form)
    return [own, (own[0], ANY, anchor, form), (own[0], ANY, ANY, form), (own[0], ANY, ANY, ANY), (ANY,) * 4]


def loosely(value):
    """A value without what the gold data spells now one way and now another: parts of the day, weeks of one digit."""
    return re.sub(r"T(MO|AF|EV|NI|DT)$", "", re.sub(r"W(\d)$", r"W0\1", value))


def samples(kept, field):
    for line in open(kept / f"{field}.jsonl", encoding="utf8"):
        line = json.loads(line)
        gold, ours = line["document"]["gold"]["timex"], [t | span(t) for t in line["record"]["times"]]
        matched = {j: gold[i] for i, j in metrics.pairs(gold, ours)}
        for j, time in enumerate(ours):
            yield time, j in matched and loosely(matched[j].get("value") or "") == loosely(time["value"])


def fit(data):
    """Rows from narrow to wide."""
    seen, weight, right = collections.Counter(), collections.Counter(), collections.Counter()
    for field, rows in data.items():
        for time, correct in rows:
            for kind in kinds(time):
                seen[kind] += 1
                weight[kind] += WEIGHTS[field]
                right[kind] += WEIGHTS[field] * correct
    chains = {tuple(kinds(time)) for rows in data.values() for time, _ in rows}
    table = {}
    for chain in sorted(chains):
        share = said = None
        for kind in reversed(chain):
            share = right[kind] / weight[kind] if share is None else (right[kind] + 8 * share) / (weight[kind] + 8)
            value = round(min(max(share, 0.05), 0.98), 2)
            if said is None or (seen[kind] >= SEEN and abs(value - said) > NEARLY):
                table[kind] = said = value
            elif kind in table:
                said = table[kind]
    return dict(sorted(table.items(), key=lambda row: (sum(cell == ANY for cell in row[0]), row[0])))


def error(table, rows):
    confidence = lambda time: next(table[kind] for kind in kinds(time) if kind in table)
    return metrics.reliability([(confidence(time), correct) for time, correct in rows])[1]


def main():
    kept = pathlib.Path(sys.argv[1])
    data = {field: list(samples(kept, field)) for field in WEIGHTS}
    if "--check" in sys.argv:
        for seed in range(5):
            draw = random.Random(seed)
            shuffled = {field: draw.sample(rows, len(rows)) for field, rows in data.items()}
            table = fit({field: rows[: len(rows) // 2] for field, rows in shuffled.items()})
            errors = {field: error(table, rows[len(rows) // 2 :]) for field, rows in shuffled.items()}
            print(", ".join(f"{field} {100 * e:.1f}" for field, e in errors.items()), "expected calibration error")
        return
    print(HEADER, end="")
    for kind, value in fit(data).items():
        print("\t".join(kind), f"{value:.2f}", sep="\t")


if __name__ == "__main__":
    main()
