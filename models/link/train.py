#!/usr/bin/env python3
"""Learns pair.tsv, the chance that two articles tell of one event, from all sets together.

    cargo build --release --example link-material
    python3 models/link/train.py --data DIR

Features come from `link-material`, so that training sees what the linker sees. Dates are used as they are and squeezed
into 14 and 60 days: with the sparse dates of a sample alone the model takes everything of one city and week for one event.
Needs numpy. Prints how well the pairs of either half of the events are told apart by a model of the other half;
models/scores/linking.py says what that is worth.
"""

import argparse
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sets import TRAINING, arguments, half, learn, write  # noqa: E402


def precision(y, score):
    """Average precision."""
    right = y[np.argsort(-score, kind="stable")]
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean()) if right.any() else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    _, sets = arguments(parser)
    pairs = {key: sets.pairs(*key) for key in TRAINING}
    models = [learn(sets, pairs, lambda event, h=h: half(event) != h) for h in (0, 1)]
    for (name, how), (ids, x, y) in pairs.items():
        events, flagged, found = sets.events(name), sets.flagged(name), []
        for h, (weights, bias) in enumerate(models):
            own = [half(events[a]) == half(events[b]) == h and not {a, b} & flagged for a, b in ids]
            found.append(precision(y[own], x[own] @ weights + bias))
        print(f"{name} {how or 'as dated'}: {len(y)} pairs, {y.sum()} true, average precision {100 * np.mean(found):.1f}")
    write(pathlib.Path(__file__).with_name("pair.tsv"), sets.names(), learn(sets, pairs))


if __name__ == "__main__":
    main()
