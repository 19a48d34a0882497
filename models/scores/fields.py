"""What is measured: for each field of the record, the development set, how records are read, and the rows of the table.

A field is a function from (gold documents, enriched records) to rows. Records are what `dateline extract --format json`
prints, so a reading here is one that any user of the topics could write.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Callable
import hashlib
import re

import gold as coded
import metrics
from metrics import Prf, Rate, Share


@dataclass(frozen=True)
class Row:
    name: str
    score: Prf | Share | Rate
    target: float | None = None
    # Where the score lies with 95 % certainty, as far as the choice of articles goes.
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Field:
    key: str
    title: str
    data: str
    rows: Callable
    keep: Callable = lambda document: True
    # (DIR, data) to the documents, where they are not `DIR/data.jsonl.gz`; none where DIR does not hold them.
    read: Callable | None = None
    # The reliability tables by title: functions to pairs of (confidence, right).
    samples: dict[str, Callable] = field(default_factory=dict)


def span(part):
    return {"start": part["char"][0], "end": part["char"][1]}


# -- whole records ---------------------------------------------------------------------------------------------------

# What the 60 articles of gold/dev are to reach.
GOLD_TARGETS = {
    "events": 0.78, "core events found": 0.90, "main event right": 0.70, "false current events an article": 0.5, "type": 0.70,
    "actor": 0.66, "recipient": 0.58, "status": 0.74, "RECORD F1": 0.55,
}  # fmt: skip
GOLD_INTERVALS = {"type": ["type"], "RECORD F1": coded.SLOTS}


def gold_rows(gold, records, targets=GOLD_TARGETS):
    counts = [coded.counts(d, r) for d, r in zip(gold, records)]
    for name, score in coded.scores(counts):
        slots = GOLD_INTERVALS.get(name)
        interval = metrics.interval([coded.slot_counts(c, slots) for c in counts]) if slots else None
        yield Row(name, score, targets.get(name), interval)


def second_gold_rows(gold, records):
    return gold_rows(gold, records, targets={})


def gold_samples(field):
    def of(gold, records):
        for d, r in zip(gold, records):
            yield from ((confidence, right) for name, confidence, right in coded.samples(d, r) if name == field)

    return of


GOLD_SAMPLES = {
    title: gold_samples(name)
    for name, title in (
        ("event", "Events, with their types"), ("type", "Types of events found"), ("place", "Places of events"),
        ("date", "Times of events"), ("actor", "Actors, each"), ("recipient", "Recipients, each"),
    )
}  # fmt: skip


# -- names, times, places, attributions ------------------------------------------------------------------------------


def name_rows(gold, records):
    scores = metrics.names(
        [d["text"] for d in gold],
        [d["spans"] for d in gold],
        [[(*m["char"], m["type"]) for e in r["entities"] for m in e["mentions"]] for r in records],
    )
    yield Row("names, 8 classes", scores.pop("all"), 0.78)
    for label, score in scores.items():
        yield Row(f"names, {label}", score)


def predicted_times(record):
    return [span(t) | {"type": t["timex_type"], "value": t["value"], "confidence": t["confidence"]} for t in record["times"]]


def time_rows(gold, records):
    scores = metrics.timex([d["gold"]["timex"] for d in gold], [predicted_times(r) for r in records])
    for name, target in (("value", 0.75), ("type", None), ("span", None)):
        yield Row(f"times, {name}", scores[name], target)


def time_samples(gold, records):
    for d, r in zip(gold, records):
        ours = predicted_times(r)
        matched = {j: d["gold"]["timex"][i] for i, j in metrics.pairs(d["gold"]["timex"], ours)}
        for j, t in enumerate(ours):
            yield t["confidence"], j in matched and (matched[j].get("value") or "") == (t["value"] or "")


def predicted_places(record):
    return [
        span(m) | {"lat": e["place"]["lat"], "lon": e["place"]["lon"], "confidence": e["place"]["confidence"]}
        for e in record["entities"]
        if e["place"] and e["type"] in ("GPE", "LOC", "FAC")
        for m in e["mentions"]
    ]


def place_rows(gold, records):
    scores = metrics.places([d["gold"]["toponyms"] for d in gold], [predicted_places(r) for r in records])
    yield Row("places, found and within 161 km", scores["161 km"], 0.62)
    yield Row("places, found", scores["span"])


def place_samples(gold, records):
    for d, r in zip(gold, records):
        ours = predicted_places(r)
        matched = {j: d["gold"]["toponyms"][i] for i, j in metrics.pairs(d["gold"]["toponyms"], ours)}
        for j, p in enumerate(ours):
            if j in matched and matched[j].get("lat") is not None and p["lat"] is not None:
                yield p["confidence"], metrics.kilometres(matched[j], p) <= 161


def attribution_rows(gold, records):
    predicted = [
        [{role: spans(a, role) for role in ("source", "cue", "content")} for a in r["attributions"]] for r in records
    ]
    scores = metrics.attributions([d["gold"]["attributions"] for d in gold], predicted)
    yield Row("attributions, linked", scores["linked"], 0.45)
    for role in ("source", "cue", "content"):
        yield Row(f"attributions, characters of the {role}", scores[role])


def spans(attribution, role):
    part = attribution[role]
    parts = part if isinstance(part, list) else [part] if part else []
    return [span(p) for p in parts]


# -- events ----------------------------------------------------------------------------------------------------------


def fifth(text):
    return hashlib.sha256(text.encode()).digest()[0] % 5 == 0


def held_out(document):
    """A fifth of the synthetic stories, whole prompts together: stories of one prompt are near copies of each other."""
    return fifth(document["meta"]["prompt_title"])


def by_story(document):
    """A fifth of the synthetic stories, each by itself: the ranking has learned from most of them."""
    return fifth(document["id"])


# The stories spell two modes in ways of their own.
MODES = {"primative": "primitive", "sieze": "seize"}


def main_event(record):
    return next((e for e in record["events"] if e["main"]), None)


def main_type(record):
    main = main_event(record)
    return main and main["type"]["plover"]["event"]


def right_types(gold, records):
    return [main_type(r) == d["gold"]["event"] for d, r in zip(gold, records)]


def story_rows(gold, records):
    right = right_types(gold, records)
    yield Row("PLOVER type of the main event, a fifth by story, learned from", Share(sum(right) / len(right), len(right)))


def plover_rows(gold, records):
    right = right_types(gold, records)
    # Stories of one prompt stand or fall together: prompts are drawn anew, not stories.
    prompts = {}
    for document, ok in zip(gold, right):
        prompts.setdefault(document["meta"]["prompt_title"], []).append(ok)
    interval = metrics.interval([(sum(p), len(p), len(p)) for p in prompts.values()])
    yield Row("PLOVER type of the main event, held out", Share(sum(right) / len(right), len(right)), 0.70, interval)
    for event in sorted({d["gold"]["event"] for d in gold}):
        predicted = [main_type(r) == event for r in records]
        mine = [d["gold"]["event"] == event for d in gold]
        both = sum(a and b for a, b in zip(predicted, mine))
        yield Row(f"PLOVER {event}, held out", metrics.prf(both, sum(mine), sum(predicted)))
    modes = [
        MODES.get(d["gold"]["mode"], d["gold"]["mode"]) in main_event(r)["type"]["plover"]["mode"]
        for d, r, ok in zip(gold, records, right)
        if ok and d["gold"]["mode"]
    ]
    yield Row("PLOVER mode where the type is right, held out", Share(sum(modes) / len(modes), len(modes)))
    sentences = sum(r["quality"]["sentences"] for r in records)
    yield Row("event mentions per sentence, held out", Rate(sum(len(r["mentions"]) for r in records) / sentences, sentences), 1.3)


# WikiEvents' types in PLOVER's terms. What is left out is nothing that an event coder codes (movement of goods,
# manufacture, inspection, outbreaks) or is no event in PLOVER ("said", which falls under WikiEvents' Contact).
WIKIEVENTS = {
    "Conflict.Attack": "ASSAULT", "Life.Die": "ASSAULT", "Life.Injure": "ASSAULT",
    "ArtifactExistence.DamageDestroyDisableDismantle": "ASSAULT", "Conflict.Demonstrate": "PROTEST",
    "Justice.ArrestJailDetain": "COERCE", "Justice.ChargeIndict": "ACCUSE", "Justice.InvestigateCrime": "ACCUSE",
    "Justice.TrialHearing": "ACCUSE", "Justice.Convict": "SANCTION", "Justice.Sentence": "SANCTION",
    "Justice.ReleaseParole": "RETREAT", "Contact.ThreatenCoerce": "THREATEN", "Contact.RequestCommand": "REQUEST",
}  # fmt: skip


def wikievents_rows(gold, records):
    coded = set(WIKIEVENTS.values())
    ours = [[span(m["trigger"]) | {"type": m["type"]["plover"]["event"]} for m in r["mentions"]] for r in records]
    theirs = [[e["trigger"] | {"type": WIKIEVENTS.get(e["type"])} for e in d["gold"]["events"]] for d in gold]
    shared = [[[e for e in events if e["type"] in coded] for events in side] for side in (theirs, ours)]
    attacks = [[[e for e in events if e["type"] == "ASSAULT"] for events in side] for side in (theirs, ours)]
    yield Row("event triggers, shared types", metrics.triggers(*shared, typed=False), 0.48)
    yield Row("event triggers with type, shared types", metrics.triggers(*shared, typed=True))
    yield Row("event triggers, ASSAULT", metrics.triggers(*attacks, typed=True))
    yield Row("event triggers, every type of both", metrics.triggers(theirs, ours, typed=False))


def type_samples(gold, records):
    """Is the type right, where the trigger is an event of a shared type in the gold?"""
    for d, r in zip(gold, records):
        marked = {(e["trigger"]["start"], e["trigger"]["end"]): WIKIEVENTS.get(e["type"]) for e in d["gold"]["events"]}
        for m in r["mentions"]:
            if event := marked.get(tuple(m["trigger"]["char"])):
                yield m["confidence"]["type"], m["type"]["plover"]["event"] == event


def action(mention):
    return "ACTION" in mention["type"]


def negation_rows(gold, records):
    """Among event mentions that are also actions in the gold: is what it marks as negated negated here?"""
    right = n_gold = n_predicted = every = 0
    for d, r in zip(gold, records):
        actions = [m for m in d["gold"]["mentions"] if action(m)]
        every += sum(m["type"].startswith("NEG") for m in actions)
        ours = [span(m["trigger"]) | {"neg": m["assertion"]["polarity"] == "neg"} for m in r["mentions"]]
        for i, j in metrics.pairs(actions, ours):
            negated = actions[i]["type"].startswith("NEG")
            right += negated and ours[j]["neg"]
            n_gold += negated
            n_predicted += ours[j]["neg"]
    yield Row("negated events, among events found", metrics.prf(right, n_gold, n_predicted), 0.60)
    yield Row("negated events, among every negated action", metrics.prf(right, every, n_predicted))


BATTLES = {"Armed clash", "Shelling/artillery/missile attack"}
MUC_DAYS = 62
STATE = {"MIL", "COP", "GOV"}
ARMED = {"MIL", "COP", "REB", "PRM", "UAF", "CRM"}
NAMELESS = set(
    "i you he she it we they me him her us them his its our their who this that these those one all some several many "
    "other others another group person persons people man men".split()
)
COUNT = re.compile(
    r"^((about|at least|more than|over|nearly|some|approximately|around|up to|[\d.,]+|one|two|three|four|five|six|seven|"
    r"eight|nine|ten|several|many|(dozens|hundreds|thousands) of|other|another|alleged|presumed)\s+)+",
    re.I,
)


def muc_type(event, triggers):
    """MUC-4's incident type of an event; None for what its guidelines do not ask for."""
    type_, modes = event["type"]["plover"], set(event["type"]["plover"]["mode"])
    lemmas = {t["lemma"] for t in triggers}
    if type_["event"] == "COERCE" and lemmas & {"rob", "robbery", "steal", "theft", "loot", "hijack"}:
        return "robbery"
    if type_["event"] != "ASSAULT" or lemmas & {"invade", "invasion", "incursion"}:
        return None
    if "abduct" in modes:
        return "kidnapping"
    if lemmas & {"burn", "arson", "torch", "fire", "set"} and "destroy" in modes:
        return "arson"
    return "bombing" if modes & {"explosives", "suicide-attack"} else "attack"


def muc_wants(event, named):
    """Whether an event is an incident of terrorism as MUC-4 sees it: done within two months, by the irregular, and no
    battle. `named`: ids of people with a name, whose killing counts whatever they do for a living.
    """
    assertion, acled = event["assertion"], event["type"]["acled"]
    if assertion["polarity"] == "neg" or assertion["realis"] != "actual":
        return False
    if assertion["modality"] not in ("asserted", "reported"):
        return False
    actors, victims = ({s for p in event[side] for s in p["sector"]} for side in ("actors", "recipients"))
    person = any(p["entity_id"] in named for p in event["recipients"])
    if assertion["historical"] and (not person or days_before(event) > MUC_DAYS):
        return False
    if acled and acled["sub_event_type"] == "Air/drone strike":
        return False
    if not event["actors"] and not event["recipients"]:
        return bool(set(event["type"]["plover"]["mode"]) & {"explosives", "abduct", "targeted"})
    civil = victims - ARMED
    if acled and acled["sub_event_type"] in BATTLES and not civil:
        return False
    return not (actors and actors <= STATE and not civil and not person)


def days_before(event):
    """Days between an event and its article; 0 where either has no date."""
    end = event["time"] and event["time"]["end"]
    if not end or not event["dct"]:
        return 0
    return (date.fromisoformat(event["dct"]) - date.fromisoformat(end[:10])).days


def muc_slots(mentions, entities, kidnapping):
    """Role fillers: canonical names, descriptions without their numbers; what stays a pronoun fills nothing."""
    slots = {role: {} for role in metrics.MUC_ROLES}
    organisations = [e["name"] for e in entities.values() if e["type"] == "ORG" and e["mentions"]]
    for p in (p for m in mentions for p in m["participants"]):
        entity = entities.get(p["entity_id"])
        kind, named = (entity["type"], bool(entity["mentions"])) if entity else (None, False)
        name = p["name"] if named else COUNT.sub("", p["name"])
        if name.lower() in NAMELESS or not any(c.isalpha() for c in name) or not entity and p["via"] == "coref":
            continue
        person = kind in ("PERSON", "NORP") or kidnapping
        place = kind == "GPE"
        role = {
            "actor": None if place else "PerpOrg" if named and kind == "ORG" else "PerpInd",
            "victim": "Target" if kind in ("GPE", "VEHICLE", "FAC") else "Victim",
            "recipient": None if place else "Victim" if person else "Target",
            "instrument": "Weapon",
        }.get(p["role"])
        if role:
            slots[role].setdefault(p["entity_id"] or name, name)
        if role == "PerpInd":
            # "ELN guerrillas": the organisation is named inside the description.
            inside = [o for o in organisations if o != name and re.search(rf"\b{re.escape(o)}\b", name)]
            slots["PerpOrg"].update((o, o) for o in inside)
    return slots


def muc_templates(record):
    mentions = {m["mention_id"]: m for m in record["mentions"]}
    entities = {e["id"]: e for e in record["entities"]}
    named = {i for i, e in entities.items() if e["type"] == "PERSON" and e["mentions"]}
    templates = []
    for event in record["events"]:
        mine = [mentions[i] for i in event["mentions"]]
        incident = muc_type(event, [m["trigger"] for m in mine])
        if incident and muc_wants(event, named):
            slots = muc_slots(mine, entities, incident == "kidnapping")
            templates.append({"incident_type": incident} | {r: [[t] for t in s.values()] for r, s in slots.items()})
    return templates


def muc_rows(gold, records):
    scores = metrics.muc([d["gtt"]["templates"] for d in gold], [muc_templates(r) for r in records])
    targets = {"relevance": 0.84, "incident_type": 0.58}
    for name in ("relevance", "incident_type", *metrics.MUC_ROLES, "micro"):
        yield Row(f"MUC-4 {name.replace('_', ' ')}", scores[name], targets.get(name))


# -- numbers ---------------------------------------------------------------------------------------------------------


def main_toll(record, kind):
    main = main_event(record)
    return main["casualties"][kind]["best"] if main and main["casualties"][kind] else None


def claimed(record, kind):
    """The greatest number that any claim of the article gives: what the text says, before the roll-up chooses."""
    numbers = [
        c["best"] for m in record["mentions"] for c in m["casualties"] if c["kind"] == kind and c["best"] is not None
    ]
    return max(numbers, default=None)


def casualty_rows(gold, records):
    for kind, at_least in (("killed", 2), ("killed", 1), ("injured", 2), ("injured", 1)):
        rows = [(d["gold"][kind], r, d["gold"]["support"].get(kind)) for d, r in zip(gold, records)]
        number = lambda read, keep=lambda row: True: metrics.exact_share(
            [row[0] for row in rows if keep(row)], [read(row[1], kind) for row in rows if keep(row)], at_least
        )
        yield Row(f"{kind} of the main event, {at_least} or more", number(main_toll), 0.65 if (kind, at_least) == ("killed", 2) else None)
        yield Row(f"{kind}, {at_least} or more, where the text supports it", number(main_toll, lambda row: row[2]))
        yield Row(f"{kind}, {at_least} or more, greatest claim", number(claimed))


def casualty_samples(gold, records):
    for d, r in zip(gold, records):
        main = main_event(r)
        if main and main["casualties"]["killed"] and main["confidence"]["casualties"] is not None:
            yield main["confidence"]["casualties"], main["casualties"]["killed"]["best"] == d["gold"]["killed"]


FIELDS = [
    Field("gold", "Events", "gold/dev", gold_rows, read=coded.whole, samples=GOLD_SAMPLES),
    Field("gold-dev2", "Events, second part", "gold/dev2", second_gold_rows, read=coded.joined),
    Field("names", "Names", "ner/worldwide_newswire_dev", name_rows),
    Field("times-aquaint", "Times, news", "aquaint_timeml/dev", time_rows, samples={"Times, news": time_samples}),
    Field("times-wikiwars", "Times, history", "wikiwars/train", time_rows, samples={"Times, history": time_samples}),
    Field("places", "Places", "geovirus/dev", place_rows, samples={"Places": place_samples}),
    Field("attributions", "Who says so", "polnear/dev", attribution_rows),
    Field("plover", "Event types", "plover_synthetic/train", plover_rows, held_out),
    Field("plover-stories", "Event types, by story", "plover_synthetic/train", story_rows, by_story),
    Field("triggers", "Event triggers", "wikievents/train_2level", wikievents_rows, samples={"Event triggers": type_samples}),
    Field("negation", "Negation", "ecbplus/dev", negation_rows),
    Field("incidents", "Violent incidents", "muc4/dev", muc_rows),
    Field("casualties", "Casualties", "gun_violence/dev", casualty_rows, samples={"Casualties": casualty_samples}),
]
