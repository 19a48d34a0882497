#!/usr/bin/env python3
"""Counts how English news writes words, for texts in capitals: crates/dateline-read/src/words/data/case/words.tsv.

    python3 models/case.py TEXTS.jsonl.gz... > crates/dateline-read/src/words/data/case/words.tsv

Each input holds JSON Lines with a `text` in ordinary case; only counts of words go into the table. Words at the start of
a sentence, a line or a quotation are passed over: everybody writes those with a capital.
"""

import collections
import gzip
import json
import re
import sys

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
OPENING = re.compile(r"(?:^|[.!?:\"“‘'(\[—\n-])\s*$")
# Upper bounds of the share of capitals in a row; what is nearly always a name needs no row, unknown words are names.
BOUNDS = [0.01, 0.03, 0.08, 0.15, 0.3, 0.5, 0.7, 0.9]
HEADER = """# How often news writes a word with a capital, within a sentence.
# Origin: counted by models/case.py in the development data that models/README.md lists; counts of words only.
# Format: kind, share, words by blanks; columns by tab. Kinds: word (share of its uses with a capital), name (nearly
# always; listed only where its form would say otherwise), acronym (written in capitals alone).
"""


def main(paths):
    low, capital, acronym = (collections.Counter() for _ in range(3))
    for path in paths:
        with gzip.open(path, "rt", encoding="utf8") as lines:
            for text in (json.loads(line)["text"] for line in lines):
                for m in WORD.finditer(text):
                    word, before = m.group(), text[max(0, m.start() - 3) : m.start()]
                    word = re.sub(r"['’][sS]$", "", word)
                    if len(word) > 1 and word.isupper():
                        acronym[word.lower()] += 1
                    elif not word[0].isupper():
                        low[word.lower()] += 1
                    elif not OPENING.search(before):
                        capital[word.lower()] += 1
    rows, pooled, names, acronyms = collections.defaultdict(list), collections.Counter(), [], []
    for word in sorted(low | capital | acronym):
        n = low[word] + capital[word] + acronym[word]
        if n < 2 or not word.isascii() or not word.isalpha():
            continue
        if acronym[word] > n / 2:
            if n > 2 and len(word) <= 6:
                acronyms.append(word)
            continue
        share = (n - low[word]) / n
        bound = next((b for b in BOUNDS if share <= b), None)
        if bound is None:
            if len(word) <= 4 or inflected(word, low, capital):
                names.append(word)
            continue
        rows[bound].append(word)
        pooled[bound, "n"] += n
        pooled[bound, "capital"] += n - low[word]
    print(HEADER, end="")
    for bound in BOUNDS:
        print(f"word\t{max(0.002, pooled[bound, 'capital'] / pooled[bound, 'n']):.3f}\t{' '.join(rows[bound])}")
    print(f"name\t0.990\t{' '.join(names)}")
    print(f"acronym\t1.000\t{' '.join(acronyms)}")


def inflected(word, low, capital):
    """Whether a name looks like a form of a common word, as case.rs strips them ("Banks")."""
    stems = [word[: -len(end)] + put for end, put in ENDINGS if word.endswith(end)]
    stems += [word[len(start) :] for start in STARTS if word.startswith(start)]
    return any(low[s] > 9 * capital[s] and low[s] > 1 for s in stems if len(s) > 2)


# The same as in case.rs.
ENDINGS = [("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
           ("ly", ""), ("ness", ""), ("less", ""), ("er", ""), ("er", "e"), ("ment", ""), ("able", "")]  # fmt: skip
STARTS = ["anti", "counter", "un", "non", "re", "over", "mis", "super", "sub", "inter", "pre", "ultra", "dis"]

if __name__ == "__main__":
    main(sys.argv[1:])
