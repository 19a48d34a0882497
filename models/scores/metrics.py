"""The metrics behind models/SCORES.md: plain functions over gold and predicted annotations of one document set.

Offsets are Unicode code points, end exclusive. Every function returns fractions, never percentages. A score is a
`Prf(precision, recall, f1, gold, predicted)`; where only a share is measured it is a `Share(value, count)`, and where
something is counted per article or sentence a `Rate(value, count)`: the less the better.
"""

import itertools
import math
import random
import re
import string
from typing import NamedTuple


class Prf(NamedTuple):
    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int


class Share(NamedTuple):
    value: float
    count: int


class Rate(NamedTuple):
    value: float
    count: int


def prf(right, gold, predicted, right_gold=None):
    """`right_gold`: how many gold items were found, where that is not the number of right predictions."""
    p = right / predicted if predicted else 0.0
    r = (right if right_gold is None else right_gold) / gold if gold else 0.0
    return Prf(p, r, 2 * p * r / (p + r) if p + r else 0.0, gold, predicted)


def interval(documents, draws=1000, seed=0):
    """Where the middle 95 % of the F1s fall when as many documents are drawn anew, with replacement (a bootstrap).

    `documents`: what each adds to the arguments of `prf`.
    """
    draw = random.Random(seed)
    f1 = sorted(prf(*map(sum, zip(*draw.choices(documents, k=len(documents))))).f1 for _ in range(draws))
    return f1[draws // 40], f1[-1 - draws // 40]


def overlap(a, b):
    return min(a["end"], b["end"]) - max(a["start"], b["start"])


def pairs(gold, predicted, exact=False):
    """One-to-one pairs of overlapping (or equal) spans, the widest overlap first; indices."""
    found = [
        (-overlap(g, p), i, j)
        for i, g in enumerate(gold)
        for j, p in enumerate(predicted)
        if ((g["start"], g["end"]) == (p["start"], p["end"]) if exact else overlap(g, p) > 0)
    ]
    taken_gold, taken, result = set(), set(), []
    for _, i, j in sorted(found):
        if i not in taken_gold and j not in taken:
            taken_gold.add(i)
            taken.add(j)
            result.append((i, j))
    return result


# -- names ---------------------------------------------------------------------------------------------------------

# Worldwide Newswire's classes; others are dropped on both sides.
NAME_CLASSES = {
    "PER": "PER", "PERSON": "PER", "ORG": "ORG", "ORGANIZATION": "ORG", "LOC": "LOC", "LOCATION": "LOC", "GPE": "LOC",
    "FAC": "FAC", "FACILITY": "FAC", "NORP": "NORP", "DATE": "DATE", "TIME": "DATE", "MONEY": "MONEY", "PRODUCT": "PRODUCT",
}  # fmt: skip
LEADING = re.compile(r"^(?:(?:the|a|an)\s+|[\"“”'‘’(\[]+|\s+)", re.I)
TRAILING = re.compile(r"(?:['’]s|['’]|[\"“”)\]]|\s)$")


def bare(text, start, end):
    """The span without leading articles and quotation marks and without a possessive ending: schemes differ there."""
    while start < end and (m := LEADING.match(text[start:end])) and m.end() and start + m.end() < end:
        start += m.end()
    while start < end and (m := TRAILING.search(text[start:end])) and m.start():
        end = start + m.start()
    return start, end


def names(texts, gold, predicted):
    """Exact spans with classes; `gold` and `predicted`: per document, [start, end, label] lists. Per class and `all`."""
    counts = {}
    for text, g, p in zip(texts, gold, predicted):
        g, p = ({(*bare(text, s, e), NAME_CLASSES[c.upper()]) for s, e, c in spans if c.upper() in NAME_CLASSES} for spans in (g, p))
        for label in {x[2] for x in g | p}:
            mine = counts.setdefault(label, [0, 0, 0])
            mine[0] += sum(x[2] == label for x in g & p)
            mine[1] += sum(x[2] == label for x in g)
            mine[2] += sum(x[2] == label for x in p)
    scores = {label: prf(*c) for label, c in sorted(counts.items())}
    scores["all"] = prf(*(sum(c[i] for c in counts.values()) for i in range(3)))
    return scores


# -- times ---------------------------------------------------------------------------------------------------------


def timex(gold, predicted):
    """TempEval-3 task A (UzZaman et al. 2013): relaxed spans, and of those the right types and values."""
    spans = types = values = n_gold = n_predicted = 0
    for g, p in zip(gold, predicted):
        n_gold += len(g)
        n_predicted += len(p)
        matched = pairs(g, p)
        spans += len(matched)
        types += sum(g[i].get("type") == p[j]["type"] for i, j in matched)
        values += sum((g[i].get("value") or "") == (p[j]["value"] or "") for i, j in matched)
    return {name: prf(n, n_gold, n_predicted) for name, n in (("span", spans), ("type", types), ("value", values))}


# -- places --------------------------------------------------------------------------------------------------------


def kilometres(a, b):
    lat1, lat2 = math.radians(a["lat"]), math.radians(b["lat"])
    dlon = math.radians(b["lon"] - a["lon"])
    x = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(x)))


def places(gold, predicted):
    """Spans found, and end to end: found and placed within 161 km (100 miles), among those with coordinates."""
    found = right = n_gold = n_predicted = gold_placed = predicted_placed = 0
    for g, p in zip(gold, predicted):
        p = list({(x["start"], x["end"]): x for x in reversed(p)}.values())
        n_gold += len(g)
        n_predicted += len(p)
        gold_placed += sum(x.get("lat") is not None for x in g)
        predicted_placed += sum(x.get("lat") is not None for x in p)
        matched = pairs(g, p)
        found += len(matched)
        right += sum(
            g[i].get("lat") is not None and p[j].get("lat") is not None and kilometres(g[i], p[j]) <= 161
            for i, j in matched
        )
    return {"span": prf(found, n_gold, n_predicted), "161 km": prf(right, gold_placed, predicted_placed)}


# -- attributions --------------------------------------------------------------------------------------------------


def characters(attributions, role):
    return {i for a in attributions for s in a.get(role, []) for i in range(s["start"], s["end"])}


def attributions(gold, predicted):
    """Characters of source, cue and content; `linked`: half of the content, and a shared source."""
    counts = {role: [0, 0, 0] for role in ("source", "cue", "content")}
    linked = [0, 0, 0]
    for g, p in zip(gold, predicted):
        for role, c in counts.items():
            ours, theirs = characters(p, role), characters(g, role)
            c[0] += len(ours & theirs)
            c[1] += len(theirs)
            c[2] += len(ours)
        linked[1] += len(g)
        linked[2] += len(p)
        spare = list(p)
        for a in g:
            content, source = characters([a], "content"), characters([a], "source")
            for b in spare:
                mine, who = characters([b], "content"), characters([b], "source")
                half = content and mine and len(content & mine) >= 0.5 * min(len(content), len(mine))
                if half and (source & who or not source and not who):
                    linked[0] += 1
                    spare.remove(b)
                    break
    return {role: prf(*c) for role, c in counts.items()} | {"linked": prf(*linked)}


# -- events --------------------------------------------------------------------------------------------------------


def triggers(gold, predicted, typed):
    """Exact trigger spans; `gold` and `predicted`: per document, {"start", "end", "type"} lists. `typed`: types count."""
    right = n_gold = n_predicted = 0
    key = (lambda x: (x["start"], x["end"], x["type"])) if typed else (lambda x: (x["start"], x["end"]))
    for g, p in zip(gold, predicted):
        g, p = set(map(key, g)), set(map(key, p))
        right += len(g & p)
        n_gold += len(g)
        n_predicted += len(p)
    return prf(right, n_gold, n_predicted)


MUC_ROLES = ["PerpInd", "PerpOrg", "Target", "Victim", "Weapon"]


def muc_string(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def muc_template(template):
    filled = {"incident_type": str(template.get("incident_type") or "attack")}
    for role in MUC_ROLES:
        entities = template.get(role) or []
        filled[role] = [[muc_string(m[0] if isinstance(m, (list, tuple)) else m) for m in e] for e in entities if e]
    return filled


def muc_pair(p, g):
    """Right predictions and found gold fillers per slot of a mapped pair; None where the types do not go together."""
    if p["incident_type"] not in g["incident_type"]:
        return None
    fits = lambda ours, theirs: all(m in theirs for m in ours)
    slots = {"incident_type": (1, 1)}
    for role in MUC_ROLES:
        slots[role] = (
            sum(any(fits(x, y) for y in g[role]) for x in p[role]),
            sum(any(fits(x, y) for x in p[role]) for y in g[role]),
        )
    return slots


def muc(gold, predicted):
    """Templates as in Du, Rush and Cardie 2021: the one-to-one map with the best micro F1 of each document.

    `relevance`: documents with at least one template.
    """
    slots = ["incident_type", *MUC_ROLES]
    total = {s: [0, 0, 0, 0] for s in slots}
    relevant = [0, 0, 0]
    for g, p in zip(gold, predicted):
        relevant[0] += bool(g) and bool(p)
        relevant[1] += bool(g)
        relevant[2] += bool(p)
        unique = []
        for t in map(muc_template, g):
            if t not in unique:
                unique.append(t)
        g, p = unique, [muc_template(t) for t in p]
        n_predicted = {s: len(p) if s == "incident_type" else sum(len(t[s]) for t in p) for s in slots}
        n_gold = {s: len(g) if s == "incident_type" else sum(len(t[s]) for t in g) for s in slots}
        table = [[muc_pair(x, y) for y in g] for x in p]
        options = [[-1] + [j for j, fit in enumerate(row) if fit] for row in table]
        if math.prod(map(len, options)) > 200_000:
            options = [o[:3] for o in options]
        best, best_counts = -1.0, None
        for chosen in itertools.product(*options):
            used = [j for j in chosen if j >= 0]
            if len(used) != len(set(used)):
                continue
            counts = {s: [0, 0] for s in slots}
            for i, j in enumerate(chosen):
                if j >= 0:
                    for s in slots:
                        counts[s][0] += table[i][j][s][0]
                        counts[s][1] += table[i][j][s][1]
            micro = prf(
                sum(c[0] for c in counts.values()),
                sum(n_gold.values()),
                sum(n_predicted.values()),
                sum(c[1] for c in counts.values()),
            )
            if micro.f1 > best:
                best, best_counts = micro.f1, counts
        for s in slots:
            for i, n in enumerate((best_counts[s][0], n_gold[s], n_predicted[s], best_counts[s][1])):
                total[s][i] += n
    total["micro"] = [sum(total[s][i] for s in slots) for i in range(4)]
    return {s: prf(*c) for s, c in total.items()} | {"relevance": prf(*relevant)}


# -- numbers -------------------------------------------------------------------------------------------------------


def exact_share(gold, predicted, at_least):
    """How often the number is exactly right where it is `at_least` so much; no answer counts as wrong."""
    rows = [(g, p) for g, p in zip(gold, predicted) if g >= at_least]
    return Share(sum(g == p for g, p in rows) / len(rows) if rows else 0.0, len(rows))


def reliability(samples, edges=(0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)):
    """(confidence, right) pairs in bins: [(low, high, count, mean confidence, share right)], and the expected error."""
    bins, error = [], 0.0
    for low, high in zip(edges, edges[1:]):
        mine = [(c, r) for c, r in samples if low <= c < high]
        if mine:
            confidence, right = (sum(x[i] for x in mine) / len(mine) for i in (0, 1))
            bins.append((low, min(high, 1.0), len(mine), confidence, right))
            error += abs(confidence - right) * len(mine) / len(samples)
    return bins, error
