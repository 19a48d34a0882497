"""How well articles were joined: B-cubed, pairs, CEAF-e, MUC, their CoNLL mean, and what a user sees of it."""

from collections import Counter, defaultdict

import numpy as np
from scipy.optimize import linear_sum_assignment


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(gold, found):
    """`gold` and `found` map ids to clusters; an id that was not found is a cluster of its own. All in hundredths.
    surplus: records too many per 100 events; mixed: joined records that hold more than one event; whole: events of two
    and more articles kept in one record."""
    found = {i: found.get(i, ("alone", i)) for i in gold}
    events, records = defaultdict(set), defaultdict(set)
    for i in gold:
        events[gold[i]].add(i)
        records[found[i]].add(i)
    shared = {i: len(events[gold[i]] & records[found[i]]) for i in gold}
    b3 = [sum(shared[i] / len(side[of[i]]) for i in gold) / len(gold) for side, of in ((records, found), (events, gold))]

    def pairs(counts):
        return sum(n * (n - 1) // 2 for n in counts)

    right = sum(pairs(Counter(gold[i] for i in record).values()) for record in records.values())
    pair = [right / max(1, pairs(map(len, side.values()))) for side in (records, events)]

    def muc(side, other):
        links = sum(len(c) - 1 for c in side.values())
        return sum(len(c) - len({other[i] for i in c}) for c in side.values()) / links if links else 0.0

    m = [muc(records, gold), muc(events, found)]
    matched = best_match(records, events, gold)
    ceaf = [matched / len(records), matched / len(events)]
    joined = [c for c in records.values() if len(c) > 1]
    many = [c for c in events.values() if len(c) > 1]
    return {
        "b3": 100 * f1(*b3),
        "pair": 100 * f1(*pair),
        "pair_precision": 100 * pair[0],
        "pair_recall": 100 * pair[1],
        "conll": 100 * (f1(*b3) + f1(*m) + f1(*ceaf)) / 3,
        "surplus": 100 * (len(records) - len(events)) / len(events),
        "mixed": 100 * sum(len({gold[i] for i in c}) > 1 for c in joined) / max(1, len(joined)),
        "whole": 100 * sum(len({found[i] for i in c}) == 1 for c in many) / max(1, len(many)),
    }


def best_match(records, events, gold):
    """The best one-to-one match of records and events by the entity measure of CEAF."""
    rows, columns = list(records), {e: n for n, e in enumerate(events)}
    weights = np.zeros((len(rows), len(columns)))
    for n, key in enumerate(rows):
        for event, both in Counter(gold[i] for i in records[key]).items():
            weights[n, columns[event]] = 2 * both / (len(records[key]) + len(events[event]))
    return weights[linear_sum_assignment(-weights)].sum()
