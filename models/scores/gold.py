"""Whole-record gold: the events of a record against all that a coder found in the article, slot by slot.

An article is a whole gold file of the shape that models/events/gold/README.md describes, with its text and with
triggers as words of it; a record is what `dateline extract --format json` prints. `counts` says what one article adds
up to, `scores` turns the counts of the articles into scores. What holds of them:

- An event of the gold is told by one event of the record at most, and the other way round. The pair that shares the
  most triggers is matched first; the same type, the same status and the level decide between near equals.
- What the gold marks as optional is neither rewarded nor punished, nor is an event of the record that touches only such.
- An event of the record that is left over is a duplicate where it touches a core or minor event, else a false one:
  current, or past or unreal. Its slots count as given and wrong, those of a missed event as told and missed: RECORD F1,
  over all slots of all events, holds everything against a record at once.
- A name is right where it holds an accepted one or is held by it; half of the parties of a side are enough.
- The day or place of the story, given for want of a better one, is neither right nor wrong where the gold has none.
- An article without a record counts as one in which nothing was found.

Left out: modes and codes below the PLOVER type; countries of recipients (those of actors only make up for a name);
parties beyond those of the gold; the bounds of a toll; coordinates; links between events, and their order beyond the
main one.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Callable
import gzip
import hashlib
import json
import pathlib
import re
import sys

import metrics
from metrics import Rate, Share

# The published annotations, without their texts, and what puts the two together.
PARTS = pathlib.Path(__file__).resolve().parents[1] / "events" / "gold"
sys.path.append(str(PARTS))
from standoff import join, trigger_span  # noqa: E402


# -- articles --------------------------------------------------------------------------------------------------------


def whole(data, name):
    """The whole gold files of a folder."""
    paths = sorted((data / name).glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"no gold files in {data / name}")
    return [json.loads(path.read_text(encoding="utf8")) for path in paths]


def joined(data, name):
    """A stand-off part of the repository with its texts out of DIR/news_raw; nothing unless every text is there."""
    lines = (PARTS / pathlib.Path(name).name).with_suffix(".jsonl").read_text(encoding="utf8").splitlines()
    articles, texts = [json.loads(line) for line in lines], {}
    for path in (data / "news_raw").glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf8") as raw:
            for text in (json.loads(line)["text"] for line in raw):
                texts[hashlib.sha256(text.encode()).hexdigest()] = text
    if any(a["sha256"] not in texts for a in articles):
        return []
    return [join(a, texts[a["sha256"]]) for a in articles]


# -- values ----------------------------------------------------------------------------------------------------------


def type_of(event):
    return (event["type"]["plover"] or {}).get("event") or "HAPPENING"


def happened(event):
    assertion = event["assertion"]
    real = assertion["polarity"] == "pos" and assertion["modality"] in ("asserted", "reported")
    return real and assertion["realis"] != "other"


def bare(name):
    return re.sub(r"\W+", " ", name.lower()).strip()


def named(parties, names):
    """How many of the gold's parties, each a list of accepted names, one of our names names."""
    ours = [n for n in (bare(name) for name in names if name) if n]
    theirs = [[bare(name) for name in party] for party in parties]
    return sum(any(a and (a in n or n in a) for a in party for n in ours) for party in theirs)


def half_named(parties, participants):
    return 2 * named(parties, [p["name"] for p in participants]) >= len(parties)


def actor_right(gold, ours):
    countries = {p["country_iso3"] for p in ours["actors"]}
    return half_named(gold["actors"], ours["actors"]) or bool(countries & set(gold["actor_countries"]))


def place(event, key):
    return (event["location"] or {}).get(key)


def place_right(gold, ours):
    mention = place(ours, "span") or {}
    return named([gold["places"]], [place(ours, "name"), mention.get("text")]) == 1


def unplaced(gold, ours):
    return not gold["country"] and not gold["places"] and place(ours, "via") in ("default", "inferred")


def start(event):
    return (event["time"] or {}).get("start")


def undated(gold, ours):
    return not gold["dates"] and (ours["time"] or {}).get("via") == "default"


def date_right(gold, ours):
    """Within an accepted month, year or range; or on an accepted day, or up to the next one of the same month."""
    if not start(ours):
        return False
    first, last = (day[:10] for day in (start(ours), ours["time"]["end"] or start(ours)))
    for accepted in gold["dates"]:
        if "/" in accepted:
            low, high = accepted.split("/")
            if first[: len(low)] >= low and last[: len(high)] <= high:
                return True
        elif len(accepted) == 10:
            if first == accepted <= last and last[:7] == first[:7] and int(last[8:]) - int(first[8:]) <= 1:
                return True
        elif first.startswith(accepted) and last.startswith(accepted):
            return True
    return False


def toll(event, kind):
    number = event["casualties"][kind]
    return number and (number["best"] if number["best"] is not None else number["low"])


@dataclass(frozen=True)
class Slot:
    # Whether the gold event has a value, and the record's; whether that of the record is right where the gold has one.
    told: Callable
    given: Callable
    right: Callable
    # Whether the record's value is one that a pair of events is not asked for.
    spared: Callable = lambda gold, ours: False


def toll_slot(kind):
    return Slot(
        lambda gold: bool(gold[kind]),
        lambda ours: bool(toll(ours, kind)),
        lambda gold, ours: toll(ours, kind) in gold[kind],
    )


def always(event):
    return True


SLOTS = {
    "type": Slot(always, always, lambda gold, ours: type_of(ours) in gold["types"]),
    "actor": Slot(lambda gold: bool(gold["actors"]), lambda ours: bool(ours["actors"]), actor_right),
    "recipient": Slot(
        lambda gold: bool(gold["recipients"]),
        lambda ours: bool(ours["recipients"]),
        lambda gold, ours: half_named(gold["recipients"], ours["recipients"]),
    ),
    "country": Slot(
        lambda gold: bool(gold["country"]),
        lambda ours: bool(place(ours, "country_iso3")),
        lambda gold, ours: place(ours, "country_iso3") == gold["country"],
        unplaced,
    ),
    "place": Slot(lambda gold: bool(gold["places"]), lambda ours: bool(place(ours, "name")), place_right, unplaced),
    "date": Slot(lambda gold: bool(gold["dates"]), lambda ours: bool(start(ours)), date_right, undated),
    "killed": toll_slot("killed"),
    "injured": toll_slot("injured"),
    "status": Slot(always, always, lambda gold, ours: happened(ours) == (gold["status"] == "happened")),
}


# -- events ----------------------------------------------------------------------------------------------------------


def span(ends):
    return {"start": ends[0], "end": ends[1]}


def likeness(gold, ours, triggers, mentions):
    """How much an event of the record looks like one of the gold; 0 where they have no place of the text in common."""
    same_type = type_of(ours) in gold["types"]
    weight = 0.0
    for mention in mentions:
        trigger, sentence = span(mention["trigger"]["char"]), span(mention["sentence"]["char"])
        if any(metrics.overlap(trigger, t) > 0 for t in triggers):
            weight += 1
        elif same_type and any(sentence["start"] <= t["start"] < sentence["end"] for t in triggers):
            weight += 0.4
    if weight:
        same_status = happened(ours) == (gold["status"] == "happened")
        weight += 0.3 * same_type + 0.1 * same_status + 0.05 * (gold["level"] == "core")
    return weight


def matched(article, record):
    """The record's event for each gold event that has one, by the id of the latter; and (event, fault) of those left."""
    mentions = {m["mention_id"]: m for m in record["mentions"]}
    told = [[mentions[i] for i in ours["mentions"] if i in mentions] for ours in record["events"]]
    level, weights = {}, {}
    for gold in article["events"]:
        level[gold["id"]] = gold["level"]
        triggers = [span(trigger_span(article["text"], words)) for words in gold["triggers"]]
        for i, ours in enumerate(record["events"]):
            if weight := likeness(gold, ours, triggers, told[i]):
                weights[i, gold["id"]] = weight
    found, taken = {}, set()
    for i, gold in sorted(weights, key=lambda pair: (-weights[pair], pair)):
        if i not in taken and gold not in found:
            taken.add(i)
            found[gold] = record["events"][i]
    left = []
    for i, ours in enumerate(record["events"]):
        touched = {level[gold] for j, gold in weights if j == i}
        if i in taken or touched == {"optional"}:
            continue
        current = happened(ours) and not ours["assertion"]["historical"]
        left.append((ours, "duplicate" if touched else "false current" if current else "false other"))
    return found, left


def counts(article, record):
    """What there is to count in one article: slots by ("right" | "told" | "given", slot), and events."""
    found, left = matched(article, record)
    c = Counter()
    for ours, fault in left:
        c[fault] += 1
        c.update(("given", name) for name, slot in SLOTS.items() if slot.given(ours))
    for gold in article["events"]:
        if gold["level"] == "optional":
            continue
        ours, told = found.get(gold["id"]), {name for name, slot in SLOTS.items() if slot.told(gold)}
        c["gold"] += 1
        c["core"] += gold["level"] == "core"
        c["main"] += gold.get("main", False)
        c.update(("told", name) for name in told)
        if ours:
            c["found"] += 1
            c["core found"] += gold["level"] == "core"
            c["main found"] += gold.get("main", False) and ours["main"]
            c["history right"] += ours["assertion"]["historical"] == gold["historical"]
            c.update(("right", name) for name in told if SLOTS[name].right(gold, ours))
            given = (name for name, slot in SLOTS.items() if slot.given(ours) and not slot.spared(gold, ours))
            c.update(("given", name) for name in given)
    return c


def slot_counts(c, names):
    """Right, told and given."""
    return tuple(sum(c[kind, name] for name in names) for kind in ("right", "told", "given"))


def scores(per_article):
    """Each score by its name, from the counts of the articles."""
    n, c = len(per_article), sum(per_article, Counter())
    share = lambda right, of: Share(c[right] / c[of] if c[of] else 0.0, c[of])
    left = ("duplicate", "false current", "false other")
    yield "events", metrics.prf(c["found"], c["gold"], c["found"] + sum(c[fault] for fault in left))
    yield "core events found", share("core found", "core")
    yield "main event right", share("main found", "main")
    for fault, name in zip(left, ("duplicates", "false current events", "false past or unreal events")):
        yield f"{name} an article", Rate(c[fault] / n, n)
    for name in SLOTS:
        yield name, metrics.prf(*slot_counts(c, [name]))
    yield "historical flag", share("history right", "found")
    yield "RECORD F1", metrics.prf(*slot_counts(c, SLOTS))


# Where a record keeps how sure it is of a slot.
CONFIDENCE = {"type": "type", "place": "location", "date": "time"}


def samples(article, record):
    """(field, confidence, right) of whatever has a confidence.

    An `event` is right that the gold has, with its type. The others are those of events that the gold has: its slots,
    where the gold has them, and every `actor` and `recipient` that the record names.
    """
    found, left = matched(article, record)
    for ours, _ in left:
        yield "event", ours["confidence"]["overall"], False
    for gold in article["events"]:
        ours = found.get(gold["id"])
        if gold["level"] == "optional" or not ours:
            continue
        yield "event", ours["confidence"]["overall"], SLOTS["type"].right(gold, ours)
        for name, key in CONFIDENCE.items():
            if SLOTS[name].told(gold) and ours["confidence"][key] is not None:
                yield name, ours["confidence"][key], SLOTS[name].right(gold, ours)
        for name in ("actor", "recipient"):
            for party in ours[f"{name}s"]:
                yield name, party["confidence"], named(gold[f"{name}s"], [party["name"]]) > 0
