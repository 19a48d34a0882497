#!/usr/bin/env python3
"""Collects uncoded news texts for `fast.py --texts`, from the data that `models/scores/score.py` reads.

    python3 models/reader/texts.py --data DIR > texts.jsonl

1,000 articles of 600 to 9,000 characters, drawn with a fixed seed from PolNeAR (train), AllSides, BASIL, gun-violence reports
and MEANTIME (train); white space is evened out, so that the body that is read is the text. Nothing of what these sets say of
their texts is used. Python 3 alone.
"""

import argparse
import gzip
import json
import pathlib
import random
import re
import sys

# File, and articles of it at most.
SETS = {
    "polnear/train": 800, "linking/allsides": 700, "linking/basil": 150, "linking/gva": 350, "meantime/train": 120,
}  # fmt: skip
LENGTH, ALL, SEED = range(600, 9000), 1000, 5


def even(text):
    text = re.sub(r"[ \t\u00a0\u200b\ufeff]+", " ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n")).strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    options = parser.parse_args()
    chance, found = random.Random(SEED), []
    for name, most in SETS.items():
        with gzip.open(options.data / f"{name}.jsonl.gz", "rt") as lines:
            texts = [even(json.loads(line)["text"]) for line in lines]
        chance.shuffle(texts)
        texts = [text for text in texts if len(text) in LENGTH][:most]
        found += ({"id": f"{name}/{i}", "text": text} for i, text in enumerate(texts))
    chance.shuffle(found)
    for article in found[:ALL]:
        json.dump(article, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
