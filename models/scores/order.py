#!/usr/bin/env python3
"""How much the order of arrival matters to the linker: articles of real streams that come up to seven days late.

    cargo build --release --example link-material
    python3 models/scores/order.py --data DIR

Every article is put off by up to seven days, by a hash of its id, and linked in that order with the dates that it has. Of
the pairs of articles that the two streams take for reports of one event, prints the share that only one of them does.
"""

import argparse
import datetime
import hashlib
import pathlib
import sys
from collections import defaultdict
from itertools import combinations

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "link"))
from sets import arguments, homes  # noqa: E402

LATE = 7 * 86_400
STREAMS = [("gva", None), ("gva", 60), ("gva", 14), ("basil", None), ("allsides", None)]


def main():
    chosen, sets = arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    for name, how in STREAMS:
        changed, count = change(sets, name, how)
        print(f"{name} {how or 'as dated'}: {changed:.2f} % of {count} pairs change", flush=True)


def change(sets, name, how):
    """Percentage of the pairs of both orders that only one of them joins, and how many the undisturbed one does."""
    articles = sets.variant(name, how)
    table = HERE.parent / "link/pair.tsv"
    one, other = (pairs(homes(sets.linked(order, table))) for order in (articles, sorted(articles, key=arrival)))
    return 100 * len(one ^ other) / max(len(one) + len(other), 1), len(one)


def arrival(article):
    """When a late article comes: its publication, put off."""
    text = article["published_at"]
    published = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else datetime.datetime.min
    late = int(hashlib.md5(article["article_id"].encode()).hexdigest(), 16) % LATE
    return published.replace(tzinfo=None) + datetime.timedelta(seconds=late), article["article_id"]


def pairs(events):
    members = defaultdict(list)
    for article, event in events.items():
        members[event].append(article)
    return {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}


if __name__ == "__main__":
    main()
