#!/usr/bin/env python3
"""Scores of the linker: are reports of one event joined, and is the joined record truer than one article?

    cargo build --release --example link-material
    python3 models/scores/linking.py --data DIR

Cross-validated: the events of a set are split in halves by a hash of their id, either half is linked as a stream of its own
with a pair model that was learned from the other half of all sets, and both are scored together. Needs numpy and scipy.
"""

import argparse
import math
import pathlib
import statistics
import sys
import tempfile
from collections import defaultdict

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "link")]
import order  # noqa: E402
from clusters import score  # noqa: E402
from sets import MATERIAL, RECORDS, TRAINING, Sets, arguments, half, homes, learn, write  # noqa: E402

SCORED = [("gva", None), ("gva", 60), ("gva", 14), ("basil", None), ("allsides", None), ("allsides", "undated"), ("ecbplus", None), ("templates", None)]
COLUMNS = ("b3", "pair_precision", "pair_recall", "pair", "conll", "surplus", "mixed", "whole")


# What the project wants of the pairs, and of the joined records that hold more than one event.
GOALS = {("gva", "pair"): 80, ("gva, 14 days", "pair"): 78, ("gva, 14 days", "mixed"): -8, ("basil", "conll"): 97, ("allsides", "conll"): 78}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs="*", default=[], help="SETTING=VALUE of the linker")
    chosen, sets = arguments(parser)
    print("| set | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 1))
    for label, scores in measured(sets, chosen.set):
        if label:
            print(row(label, scores), flush=True)
            continue
        print("\n| field of gva events with two and more articles | one article | canonical record |\n|---|---|---|")
        for field, (single, canonical, _) in scores.items():
            print(f"| {field} | {100 * single:.1f} | {100 * canonical:.1f} |")


def measured(sets, settings=()):
    """The scores of every set by its label, and without a label last those of the merged fields."""
    pairs = {key: sets.pairs(*key) for key in TRAINING}
    with tempfile.TemporaryDirectory() as folder:
        tables = [f"{folder}/{h}.tsv" for h in (0, 1)]
        for h, table in enumerate(tables):
            write(table, sets.names(), learn(sets, pairs, lambda event, h=h: half(event) != h))
        for name, how in SCORED:
            events, found, outputs = sets.events(name), {}, []
            articles = sets.variant(name, how)
            for h, table in enumerate(tables):
                own = [a for a in articles if half(events[a["article_id"]]) == h]
                outputs.append(sets.linked(own, table, *settings))
                found |= {i: (h, c) for i, c in homes(outputs[-1]).items()}
            label = f"{name}, {how} days" if isinstance(how, int) else f"{name}, {how}" if how else name
            yield label, score(events, found) | {"count": len(found)}
            if name == "gva":
                flagged = sets.flagged(name)
                strict = {i: e for i, e in events.items() if i not in flagged}
                yield label + ", without texts that stand under two events", score(strict, found) | {"count": len(strict.keys() & found)}
            if (name, how) == ("gva", None):
                fields = merged(sets, outputs)
        yield None, fields


def table(data, dateline):
    """Rows of SCORES.md without the scores before: set, measure, count, precision, recall, score, goal."""
    out, sets = [], Sets(data, RECORDS, dateline, MATERIAL)
    for label, scores in measured(sets):
        if not label:
            for field, (single, canonical, n) in scores.items():
                out.append(["linking/gva", f"merged record: {field}", str(n), "", "", f"{100 * canonical:.1f}", f"≥ {100 * single + 10:.0f}"])
            continue
        for measure in ("pair", "conll", "mixed"):
            sides = [f"{scores[f'pair_{s}']:.1f}" if measure == "pair" else "" for s in ("precision", "recall")]
            wanted = GOALS.get((label, measure))
            goal = "" if wanted is None else f"≥ {wanted}" if wanted > 0 else f"≤ {-wanted}"
            title = {"pair": "pairs of reports of one event", "conll": "CoNLL of linked events", "mixed": "share of joined records that mix events"}
            name = title[measure] + label.removeprefix(label.split(",")[0])
            out.append([f"linking/{label.split(',')[0]}", name, str(scores["count"]), *sides, f"{scores[measure]:.1f}", goal])
    changed, count = order.change(sets, "gva", None)
    out.append(["linking/gva", "pairs that change where articles come up to 7 days late", str(count), "", "", f"{changed:.1f}", "≤ 0.5"])
    return out


def row(label, scores):
    return f"| {label} | " + " | ".join(f"{scores[c]:.1f}" for c in COLUMNS) + " |"


def merged(sets, outputs):
    """Shares of articles whose own main event, and whose canonical record, has the true value. Of events with two and
    more articles that linking joined with others or not; dead and injured where there were any."""
    raw = sets.raw("gva")
    links = {a["article_id"]: a for a in sets.links("gva")}
    members = defaultdict(list)
    for i, a in raw.items():
        members[a["cluster"]].append(i)
    canonical = {}
    for output in outputs:
        for article, event in homes(output).items():
            canonical[article] = (output["events"][event] or {}).get("told")
    rights = defaultdict(lambda: ([], []))
    for ids in members.values():
        if len(ids) < 2:
            continue
        for i in ids:
            gold, told = raw[i]["gold"], canonical.get(i)
            main = next((e for e in links[i]["events"] if e["main"]), None) if i in links else None
            for field in ("killed", "injured"):
                if gold.get(field):
                    best = main and main[field] and main[field]["best"]
                    joined = told and told["casualties"][field] and told["casualties"][field]["best"]
                    rights[field][0].append(best == gold[field])
                    rights[field][1].append(joined == gold[field])
            if gold.get("lat_lon"):
                rights["place within 25 km"][0].append(near(main and main["location"], gold["lat_lon"]))
                rights["place within 25 km"][1].append(near(told and told["location"], gold["lat_lon"]))
            if gold.get("event_date"):
                rights["day"][0].append(on_day(main and main["time"], gold["event_date"]))
                rights["day"][1].append(on_day(told and told["time"], gold["event_date"]))
    return {field: (*map(statistics.fmean, both), len(both[1])) for field, both in rights.items()}


def near(place, where):
    if not place or place["lat"] is None or (place["resolution"] or 0) < 3:
        return False
    a, b, c, d = map(math.radians, (place["lat"], place["lon"], *where))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12742 * math.asin(math.sqrt(min(1, h))) <= 25


def on_day(time, day):
    return bool(time and time["start"] and time["start"][:10] == day)


if __name__ == "__main__":
    main()
