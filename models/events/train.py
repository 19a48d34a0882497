#!/usr/bin/env python3
"""Learns `telling.tsv` and `ranking.tsv` from development data.

    cargo build --example event-features
    python3 models/events/train.py --data DIR

DIR is the folder that models/scores/score.py reads. Features come from `event-features`, so that training sees what the
worker sees. Needs numpy and scikit-learn. Prints what each model is worth on articles left out (five folds); the fifth
of the synthetic stories that score.py holds out is never learned from.

telling: is a mention one that WikiEvents' annotators marked? Logistic regression over the mentions of shared types.
ranking: which event is the article about? Softmax over the events of an article. Right are those of the known type
(plover_synthetic), of a violent type in a relevant report (muc4), with dead people where people died (gun_violence).
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
from scipy.optimize import minimize
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scores"))
from fields import WIKIEVENTS, held_out  # noqa: E402
from score import article, documents  # noqa: E402

HEADER = """# {what}
# Origin: learned by models/events/train.py; do not edit. Columns: group, value, weight. Group `vector`: elements of the
# trigger's word vector.
# group\tvalue\tweight
"""
PENALTY = 1.0


def seen(binary, gold):
    """Pairs of a gold document and what the models see of it."""
    lines = "".join(json.dumps(article(d)) + "\n" for d in gold)
    run = subprocess.run([binary], input=lines, capture_output=True, text=True, check=True)
    found = {r["id"]: r for r in map(json.loads, run.stdout.splitlines())}
    return [(d, found[d["id"]]) for d in gold if d["id"] in found]


def row(sample):
    features = {f"{group}\t{value}": number for group, value, number in sample["features"]}
    return features | {f"vector\t{i}": x for i, x in enumerate(sample["vector"])}


def write(path, what, names, weights):
    lines = [f"{name}\t{weight:.3f}\n" for name, weight in sorted(zip(names, weights)) if abs(weight) >= 0.0005]
    path.write_text(HEADER.format(what=what) + "".join(lines))


def telling(binary, data):
    rows, right, group, gold = [], [], [], 0
    for n, (d, found) in enumerate(seen(binary, documents(data, "wikievents/train_2level"))):
        marked = {(e["trigger"]["start"], e["trigger"]["end"]) for e in d["gold"]["events"] if e["type"] in WIKIEVENTS}
        gold += len(marked)
        for m, sample in zip(found["record"]["mentions"], found["mentions"]):
            if m["type"]["plover"]["event"] in WIKIEVENTS.values():
                rows.append(row(sample))
                right.append(tuple(m["trigger"]["char"]) in marked)
                group.append(n)
    vectorizer = DictVectorizer()
    x, y = vectorizer.fit_transform(rows), np.array(right)
    model = lambda: LogisticRegression(C=PENALTY, fit_intercept=False, max_iter=5000)
    chance = np.zeros(len(y))
    for train, test in GroupKFold(5).split(x, y, group):
        chance[test] = model().fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    for threshold in (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4):
        kept = chance >= threshold
        p, r = y[kept].mean(), y[kept].sum() / gold
        print(f"telling: from {threshold:.2f} P {100 * p:.1f} R {100 * r:.1f} F1 {200 * p * r / (p + r):.1f} of {gold}")
    what = "Logistic model of whether an event mention tells something or only refers."
    write(HERE / "telling.tsv", what, vectorizer.get_feature_names_out(), model().fit(x, y).coef_[0])


def ranking(binary, data):
    violent = {"ASSAULT", "COERCE"}
    synthetic = documents(data, "plover_synthetic/train", lambda d: not held_out(d))
    muc = documents(data, "muc4/train", lambda d: d["gtt"]["templates"])
    guns = documents(data, "gun_violence/dev", lambda d: d["gold"]["killed"] >= 1)
    kind = lambda e: e["type"]["plover"]["event"]
    told = lambda e: not e["assertion"]["historical"] and e["assertion"]["polarity"] == "pos"
    dead = lambda e: e["casualties"]["killed"] and e["casualties"]["killed"]["best"]
    sets = [
        (seen(binary, synthetic), lambda d, e: kind(e) == d["gold"]["event"], 1.0, lambda d: d["meta"]["prompt_title"]),
        (seen(binary, muc), lambda d, e: kind(e) in violent and told(e), 0.7, lambda d: d["id"]),
        (seen(binary, guns), lambda d, e: bool(dead(e)), 0.7, lambda d: d["id"]),
    ]
    rows, right, start, weight, group, part = [], [], [0], [], [], []
    for number, (pairs, is_right, share, key) in enumerate(sets):
        # Rare types count as much as frequent ones: the mix of the stories is not the mix of the news.
        kinds = [d["gold"].get("event", "") if number == 0 else "" for d, _ in pairs]
        often = {k: kinds.count(k) for k in set(kinds)}
        for (d, found), k in zip(pairs, kinds):
            events = found["record"]["events"]
            marks = [is_right(d, e) for e in events]
            if any(marks) and not all(marks):
                rows += map(row, found["events"])
                right += marks
                start.append(len(rows))
                weight.append(share * (len(kinds) / len(often) / often[k]) ** 0.5)
                group.append(key(d))
                part.append(number)
    vectorizer = DictVectorizer(sparse=False)
    x, y = vectorizer.fit_transform(rows), np.array(right, float)
    start, weight, group, part = map(np.array, (start, weight, group, part))
    owner = np.repeat(np.arange(len(weight)), np.diff(start))

    def fit(articles):
        mine = np.isin(owner, articles)
        a, b, o = x[mine], y[mine], owner[mine]
        first = np.flatnonzero(np.r_[True, o[1:] != o[:-1]])
        count = np.diff(np.r_[first, len(o)])

        def loss(w):
            s = a @ w
            s = np.exp(s - np.repeat(np.maximum.reduceat(s, first), count))
            total, good = np.add.reduceat(s, first), np.add.reduceat(s * b, first)
            share = weight[o[first]]
            gradient = np.repeat(share / total, count) * s - np.repeat(share / good, count) * s * b
            return -(share * np.log(good / total)).sum() + PENALTY * w @ w, a.T @ gradient + 2 * PENALTY * w

        return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x

    hits = np.zeros(len(weight))
    for train, test in GroupKFold(5).split(weight, groups=group):
        w = fit(train)
        for n in test:
            span = slice(start[n], start[n + 1])
            hits[n] = y[span][np.argmax(x[span] @ w)]
    first = [y[start[n]] for n in range(len(weight))]
    for number, name in enumerate(("plover_synthetic", "muc4", "gun_violence")):
        mine = part == number
        print(f"ranking: {name}: {100 * hits[mine].mean():.1f} right of {mine.sum()} (now {100 * np.mean(np.array(first)[mine]):.1f})")
    what = "Which event an article is about: scores to be compared within one article."
    write(HERE / "ranking.tsv", what, vectorizer.get_feature_names_out(), fit(np.arange(len(weight))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--features", default=str(HERE.parents[1] / "target/debug/examples/event-features"))
    parser.add_argument("models", nargs="*", choices=[[], "telling", "ranking"])
    options = parser.parse_args()
    for model in (telling, ranking):
        if not options.models or model.__name__ in options.models:
            model(options.features, options.data)


if __name__ == "__main__":
    main()
