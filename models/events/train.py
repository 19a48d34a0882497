#!/usr/bin/env python3
"""Learns the tables of this folder from development data, each on its own.

    cargo build --example event-features
    python3 models/events/train.py --data DIR --gold DIR...
    python3 models/events/train.py --data DIR --gold HALF --reader OTHER_HALF.safetensors same worth main

--data is the folder that models/scores/score.py reads, --gold holds coded articles with their texts (gold/README.md).
Features come from `event-features`, so that training sees what the worker sees. Needs numpy and scikit-learn. Prints
what each model is worth on articles left out (five folds); the fifth of the synthetic stories that score.py holds out
is never learned from.

telling: is a mention one that WikiEvents' annotators marked? Logistic regression over the mentions of shared types.
ranking: which event is the article about? Softmax over the events of an article. Right are those of the known type
(plover_synthetic), of a violent type in a relevant report (muc4), with dead people where people died (gun_violence).
scene: where did an event happen? Softmax over the places that the article speaks of, for every event that tells of a
coded one. Right are those of an accepted name in the right country; where the article has none, the right country.
moment: when? The same over the times that the article states, its own day and no time.
main: `ranking` where the reader has judged, from coded newspapers and, for a quarter of the weight, the same stories.
same: do two mentions tell of one event? Logistic regression on the reader's chance and what the rules see.
worth: is an event one that a coder has, with its type? The same over the events.
confidence (`confidence_fast` with --tier fast): how often are the values of a field right that have a score? The same
over the events' fields; last of all, with the other tables built in.
"""

import argparse
import json
import pathlib
import subprocess
from collections import Counter
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "gold"), str(HERE.parent / "scores")]
from gold import date_right, matched, named, samples, type_of  # noqa: E402
from fields import WIKIEVENTS, held_out  # noqa: E402
from metrics import reliability  # noqa: E402
from score import article, documents  # noqa: E402
from standoff import trigger_span  # noqa: E402

HEADER = """# {what}
# Origin: learned by models/events/train.py; do not edit. Columns: group, value, weight. Group `vector`: elements of the
# trigger's word vector.
# group\tvalue\tweight
"""
PENALTY = 1.0


def seen(binary, gold, *flags):
    """Pairs of a gold document and what the models see of it."""
    lines = "".join(json.dumps(article(d)) + "\n" for d in gold)
    run = subprocess.run([binary, *flags], input=lines, capture_output=True, text=True, check=True)
    found = {r["id"]: r for r in map(json.loads, run.stdout.splitlines())}
    return [(d, found[d["id"]]) for d in gold if d["id"] in found]


def softmax(x, y, start, weight):
    """Weights that make the right ones (`y`) of every group likely; group n holds the rows from start[n] on."""
    first, count = start[:-1], np.diff(start)

    def loss(w):
        s = x @ w
        s = np.exp(s - np.repeat(np.maximum.reduceat(s, first), count))
        total, good = np.add.reduceat(s, first), np.add.reduceat(s * y, first)
        gradient = np.repeat(weight / total, count) * s - np.repeat(weight / good, count) * s * y
        return -(weight * np.log(good / total)).sum() + PENALTY * w @ w, x.T @ gradient + 2 * PENALTY * w

    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def rows_of(start, groups):
    """The rows of some groups, and where each of these groups begins among them."""
    rows = np.concatenate([np.arange(start[n], start[n + 1]) for n in groups])
    return rows, np.r_[0, np.cumsum([start[n + 1] - start[n] for n in groups])]


def row(sample):
    features = {f"{group}\t{value}": number for group, value, number in sample["features"]}
    return features | {f"vector\t{i}": x for i, x in enumerate(sample.get("vector", ()))}


def write(path, what, names, weights):
    lines = [f"{name}\t{weight:.3f}\n" for name, weight in sorted(zip(names, weights)) if abs(weight) >= 0.0005]
    path.write_text(HEADER.format(what=what) + "".join(lines))


def logistic(table, what, rows, right, group):
    """Learns a table of yes and no. Returns the truth and the chances of articles left out, and a function that gives a
    feature's values."""
    vectorizer = DictVectorizer()
    x, y = vectorizer.fit_transform(rows), np.array(right)
    model = lambda: LogisticRegression(C=PENALTY, fit_intercept=False, max_iter=5000)
    chance = np.zeros(len(y))
    for train, test in GroupKFold(5).split(x, y, group):
        chance[test] = model().fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    write(HERE / f"{table}.tsv", what, vectorizer.get_feature_names_out(), model().fit(x, y).coef_[0])
    return y, chance, lambda name: x[:, vectorizer.vocabulary_[name]].toarray().ravel()


def ranked(table, what, rows, right, start, weight, group):
    """Learns a table that scores the rows of every group; returns the row chosen of each when its article is left out."""
    vectorizer = DictVectorizer()
    x, y = csr_matrix(vectorizer.fit_transform(rows)), np.array(right, float)
    start, weight = np.array(start), np.array(weight)

    def fit(groups):
        mine, begin = rows_of(start, groups)
        return softmax(x[mine], y[mine], begin, weight[groups])

    chosen = np.zeros(len(weight), int)
    for train, test in GroupKFold(5).split(weight, groups=group):
        w = fit(train)
        for n in test:
            chosen[n] = start[n] + np.argmax(x[start[n] : start[n + 1]] @ w)
    write(HERE / f"{table}.tsv", what, vectorizer.get_feature_names_out(), fit(np.arange(len(weight))))
    return chosen


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
    what = "Logistic model of whether an event mention tells something or only refers."
    y, chance, _ = logistic("telling", what, rows, right, group)
    for threshold in (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4):
        kept = chance >= threshold
        p, r = y[kept].mean(), y[kept].sum() / gold
        print(f"telling: from {threshold:.2f} P {100 * p:.1f} R {100 * r:.1f} F1 {200 * p * r / (p + r):.1f} of {gold}")


def subjects(binary, data, key, share, *flags):
    """Sets of articles whose subject is known: of each article the events' features, which are right, weight and group."""
    violent = {"ASSAULT", "COERCE"}
    kind = lambda e: e["type"]["plover"]["event"]
    told = lambda e: not e["assertion"]["historical"] and e["assertion"]["polarity"] == "pos"
    dead = lambda e: e["casualties"]["killed"] and e["casualties"]["killed"]["best"]
    sets = (
        ("plover_synthetic/train", lambda d: not held_out(d), lambda d, e: kind(e) == d["gold"]["event"], 1.0, "prompt_title"),
        ("muc4/train", lambda d: d["gtt"]["templates"], lambda d, e: kind(e) in violent and told(e), 0.7, None),
        ("gun_violence/dev", lambda d: d["gold"]["killed"] >= 1, lambda d, e: bool(dead(e)), 0.7, None),
    )
    for name, wanted, is_right, weight, group in sets:
        pairs = seen(binary, documents(data, name, wanted), *flags)
        # Rare types count as much as frequent ones: the mix of the stories is not the mix of the news.
        kinds = [d["gold"]["event"] if group else "" for d, _ in pairs]
        often = {k: kinds.count(k) for k in set(kinds)}
        articles = []
        for (d, found), k in zip(pairs, kinds):
            marks = [is_right(d, e) for e in found["record"]["events"]]
            balance = (len(kinds) / len(often) / often[k]) ** 0.5
            articles.append((found[key], marks, share * weight * balance, d["meta"][group] if group else d["id"]))
        yield name, articles


def order(table, what, sets):
    """Learns which event an article is about; prints how often it is right on articles left out."""
    rows, right, start, weight, group, part = [], [], [0], [], [], []
    for name, articles in sets:
        for samples, marks, share, key in articles:
            if any(marks) and not all(marks):
                rows += map(row, samples)
                right += marks
                start.append(len(rows))
                weight.append(share)
                group.append(key)
                part.append(name)
    chosen = ranked(table, what, rows, right, start, weight, group)
    hits, first, part = np.array(right)[chosen], np.array(right)[start[:-1]], np.array(part)
    for name in dict.fromkeys(part):
        mine = part == name
        print(f"{table}: {name}: {100 * hits[mine].mean():.1f} right of {mine.sum()} (now {100 * first[mine].mean():.1f})")


def ranking(binary, data):
    what = "Which event an article is about: scores to be compared within one article."
    order("ranking", what, subjects(binary, data, "events", 1.0))


def is_named(event, place):
    return named([event["places"]], [place["name"], place["text"]]) == 1


def at(event, places):
    """Which of the places are right for a coded event; none where nothing is known."""
    named = [is_named(event, p) for p in places]
    if not event["country"]:
        return named
    there = [p["country"] == event["country"] for p in places]
    choices = (
        [n and t for n, t in zip(named, there)],
        [t and p["level"] == 1 for t, p in zip(there, places)],
        named,
        there,
    )
    return next((c for c in choices if any(c)), there)


def of(event, times):
    """Which of the times are right for a coded event: none of them, the first, where no date can be told."""
    if not event["dates"]:
        return [n == 0 for n in range(len(times))]
    return [date_right(event, {"time": t}) for t in times]


def read(binary, gold, *reader):
    """Coded articles, the spans of their triggers, and what a reader sees of them, that of the accurate tier if none is named."""
    articles = [json.loads(f.read_text()) for folder in gold for f in sorted(folder.glob("*.json"))]
    documents = [{k: g[k] for k in ("id", "title", "text", "published_at") if g.get(k)} | {"gold": g} for g in articles]
    for d, found in seen(binary, documents, "--reader", *reader):
        told = [(e, [trigger_span(d["text"], t) for t in e["triggers"]]) for e in d["gold"]["events"]]
        yield d, told, found


def told_by(event, words, told):
    """The coded event with most triggers in an event's mentions; None where it has none."""
    tells = Counter()
    for a, b in (words[m] for m in event["mentions"]):
        tells.update(n for n, (_, spans) in enumerate(told) if any(a < y and x < b for x, y in spans))
    return told[tells.most_common(1)[0][0]][0] if tells else None


def coded(binary, gold):
    """What the accurate tier sees of the events that tell of coded ones: the article, the coded event, places, times."""
    for d, told, found in read(binary, gold):
        words = {m["mention_id"]: m["trigger"]["char"] for m in found["record"]["mentions"]}
        for event, places, times in zip(found["record"]["events"], found["scenes"], found["moments"]):
            if known := told_by(event, words, told):
                yield d["id"], known, places, times


def choice(name, what, events, right, checks):
    """Learns to choose one of several things for an event; prints the share of right choices on articles left out."""
    rows, marks, start, group, facts = [], [], [0], [], []
    for article, event, things in events:
        ok = right(event, things)
        if any(ok):
            rows += map(row, things)
            marks += ok
            start.append(len(rows))
            group.append(article)
            facts += ((event, thing) for thing in things)
    good, all_ = Counter(), Counter()
    for n in ranked(name, what, rows, marks, start, np.ones(len(group)), group):
        event, chosen = facts[n]
        for field, (asked, hit) in checks.items():
            all_[field] += bool(asked(event))
            good[field] += bool(asked(event) and hit(event, chosen))
    for field in checks:
        print(f"{name}: {field} {100 * good[field] / all_[field]:.1f} of {all_[field]} events")


def choices(binary, gold, models):
    """Learns where and when events happened."""
    events = list(coded(binary, gold))
    if "scene" in models:
        what = "Where an event happened: scores of places, to be compared within one event."
        checks = {
            "place": (lambda e: e["places"], is_named),
            "country": (lambda e: e["country"], lambda e, p: p["country"] == e["country"]),
        }
        choice("scene", what, [(a, e, places) for a, e, places, _ in events], at, checks)
    if "moment" in models:
        what = "When an event happened: scores of times, to be compared within one event."
        checks = {
            "date": (lambda e: e["dates"], lambda e, t: date_right(e, {"time": t})),
            "no date": (lambda e: not e["dates"], lambda e, t: t["start"] is None),
        }
        choice("moment", what, [(a, e, times) for a, e, _, times in events], of, checks)


def main_event(binary, data, gold, reader):
    """The same as `ranking` where the reader has judged, coded newspapers that it has not learned from before all."""
    articles = []
    for d, told, found in read(binary, gold, reader):
        words = {m["mention_id"]: m["trigger"]["char"] for m in found["record"]["mentions"]}
        marks = [bool((told_by(e, words, told) or {}).get("main")) for e in found["record"]["events"]]
        articles.append((found["judged"], marks, 4.0, d["id"]))
    what = "Which event an article is about, where the reader has judged: scores to be compared within one article."
    others = subjects(binary, data, "judged", 0.25, "--reader", reader)
    order("main", what, [("gold", articles), *others])


def worth(binary, gold, reader):
    """Learns whether an event is one that a coder has, with its type; what is optional teaches nothing."""
    rows, right, group = [], [], []
    for d, told, found in read(binary, gold, reader):
        events, samples = found["record"]["events"], found["worth"]
        pairs, left = matched(d["gold"], found["record"])
        known = {e["id"]: e for e, _ in told}
        ours = {e["cluster_id"]: known[i] for i, e in pairs.items()} | {e["cluster_id"]: None for e, _ in left}
        for event, sample in zip(events, samples):
            coded = ours.get(event["cluster_id"])
            if event["cluster_id"] in ours and not (coded and coded["level"] == "optional"):
                rows.append(row(sample))
                right.append(bool(coded) and type_of(event) in coded["types"])
                group.append(d["id"])
    what = "Logistic model of whether an event is worth a record: coded by a careful reader, with its type."
    y, chance, _ = logistic("worth", what, rows, right, group)
    print(f"worth: average precision {100 * average_precision_score(y, chance):.1f} of {len(y)} events")
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4):
        kept = chance >= threshold
        print(f"worth: from {threshold:.2f} right {100 * y[kept].mean():.1f}, kept {100 * y[kept].sum() / y.sum():.1f}")


def confidence(tier, binary, gold, reader):
    """Learns what the scores of an event's fields are worth as chances, from events that a coder has."""
    rows, right, group, part = [], [], [], []
    for d, _, found in read(binary, gold, reader):
        for name, score, ok in samples(d["gold"], found["record"]):
            if name != "event":
                score = min(max(score, 0.01), 0.99)
                rows.append({f"{name}\tbias": 1.0, f"{name}\todds": float(np.log(score / (1 - score)))})
                right.append(ok)
                group.append(d["id"])
                part.append(name)
    what = "What the scores of an event's fields are worth: weights that turn their odds into those of being right."
    y, chance, _ = logistic("confidence_fast" if tier == "fast" else "confidence", what, rows, right, group)
    for name in dict.fromkeys(part):
        mine = np.array(part) == name
        error = reliability(list(zip(chance[mine], y[mine])))[1]
        print(f"confidence: {name} {100 * y[mine].mean():.1f} right of {sum(mine)}, expected error {100 * error:.1f}")


def same(binary, gold, reader):
    """Learns which pairs of mentions tell of one event, from articles that the reader has not learned from.

    A mention tells of the events with a trigger in its words. Pairs with a mention that tells of none teach nothing.
    """
    rows, right, group = [], [], []
    for d, told, found in read(binary, gold, reader):
        tells = []
        for m in found["record"]["mentions"]:
            a, b = m["trigger"]["char"]
            tells.append({n for n, (_, spans) in enumerate(told) if any(a < y and x < b for x, y in spans)})
        for a, b, features in found["pairs"]:
            if tells[a] and tells[b]:
                rows.append({f"{g}\t{v}": x for g, v, x in features})
                right.append(bool(tells[a] & tells[b]))
                group.append(d["id"])
    what = "Logistic model of whether two event mentions tell of one happening."
    y, chance, values = logistic("same", what, rows, right, group)
    alone = values("number\tchance")
    for name, c in (("the reader alone", alone), ("with the rules", chance)):
        print(f"same: {name}: average precision {100 * average_precision_score(y, c):.1f} of {len(y)} pairs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--features", default=str(HERE.parents[1] / "target/debug/examples/event-features"))
    parser.add_argument("--gold", type=pathlib.Path, action="append", default=[])
    parser.add_argument("models", nargs="*", choices=[[], "telling", "ranking", "scene", "moment", "main", "same", "worth", "confidence"])
    parser.add_argument("--reader", help="for same, worth, main and confidence: a reader that has learned from none of the articles of --gold")
    parser.add_argument("--tier", choices=["accurate", "fast"], default="accurate", help="for confidence: whose reader that is")
    options = parser.parse_args()
    for model in (telling, ranking):
        if not options.models or model.__name__ in options.models:
            model(options.features, options.data)
    if "main" in options.models:
        main_event(options.features, options.data, options.gold, options.reader)
    for model in (same, worth):
        if model.__name__ in options.models:
            model(options.features, options.gold, options.reader)
    if "confidence" in options.models:
        confidence(options.tier, options.features, options.gold, options.reader)
    wanted = {"scene", "moment"} & set(options.models or ["scene", "moment"])
    if wanted:
        choices(options.features, options.gold, wanted)


if __name__ == "__main__":
    main()
