#!/usr/bin/env python3
"""Counts in how many articles each word stands: writes idf.tsv beside it.

    python3 models/link/idf.py --data DIR

--data is the folder that models/scores/score.py reads. Counts of words only; words of fewer than LEAST articles are left
out. Terms as `crates/dateline-read/src/link/words.rs` cuts them. No dependencies.
"""

import argparse
import collections
import gzip
import json
import pathlib
import re

# Broad news, most of it American and of 2012 to 2021, as the streams are that the linker was measured on.
SETS = [
    "news_raw/train", "polnear/train", "wikievents/train_2level", "geovirus/dev",
    "linking/gva", "linking/allsides", "linking/basil",
]
LEAST = 3
PIECE = re.compile(r"[^\W_]+(?:[-'’]+[^\W_]+)*")


def terms(text):
    for piece in PIECE.findall(text):
        word = piece.lower().replace("’", "'").removesuffix("'s")
        if len(word) > 1:
            yield word


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    data = parser.parse_args().data
    counts, articles = collections.Counter(), 0
    for name in SETS:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf8") as lines:
            for line in lines:
                articles += 1
                counts.update(set(terms(json.loads(line)["text"])))
    with open(pathlib.Path(__file__).with_name("idf.tsv"), "w", encoding="utf8") as out:
        out.write(f"# Articles in which a word stands, of {', '.join(SETS)}.\n")
        out.write("# Origin: counted by models/link/idf.py; do not edit. Columns: word, articles. First row: all articles.\n")
        out.write(f"\t{articles}\n")
        for word, n in sorted(counts.items()):
            if n >= LEAST:
                out.write(f"{word}\t{n}\n")


if __name__ == "__main__":
    main()
