#!/usr/bin/env python3
"""Writes README's table of what each field is worth, out of SCORES.md.

    python3 models/scores/worth.py [--check]

A measure stands in README's words by the names of its rows in SCORES.md, whole percents. `score.py` calls it after a whole
run; --check only says whether README has what SCORES.md has, and fails where not.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README, SCORES = ROOT / "README.md", ROOT / "models" / "SCORES.md"
HEAD = "| field | worth | on what |\n|---|---|---|\n"
GOLD = ("gold/dev", "gold/dev2")
GUNS = "gun_violence/dev"


def twice(*measures):
    return ", ".join("{%s/%s} and {%s/%s}" % (GOLD[0], m, GOLD[1], m) for m in measures)


# What stands in README: field, figures by {set/measure}, on what; {set/measure#} is the count.
ROWS = (
    ("events found at all", twice("events"), "newspapers of many countries coded by hand, two sets of 60 and 55 articles"),
    ("what an article is about: core event found, main event right", twice("core events found", "main event right"), "the same"),
    ("event type (PLOVER)", twice("type"), "the same"),
    ("actor, recipient", twice("actor", "recipient"), "the same"),
    ("country, place", twice("country", "place"), "the same"),
    ("date", twice("date"), "the same"),
    ("whether it happened, is planned, denied", twice("status"), "the same"),
) + tuple(
    (
        f"people {kind}, where the text says so",
        f"{{{GUNS}/{kind}, 1 or more, where the text supports it}} (two or more: {{{GUNS}/{kind}, 2 or more, where the text supports it}})",
        f"{{{GUNS}/{kind}, 1 or more, where the text supports it#}} {reports}",
    )
    for kind, reports in (("killed", "reports of shootings in the United States"), ("injured", "such reports"))
) + (
    (
        "names of people, organisations, places and the like, eight kinds",
        "{ner/worldwide_newswire_dev/names, 8 classes}",
        "newswire of all continents",
    ),
    (
        "value of a time expression",
        "{aquaint_timeml/dev/times, value} and {wikiwars/train/times, value}",
        "newspapers, histories of wars",
    ),
    ("place names: found, and within 161 km", "{geovirus/dev/places, found and within 161 km}", "reports of epidemics"),
    ("who says what: cue and source linked", "{polnear/dev/attributions, linked}", "political news"),
)


def rows(table):
    """The count and the score of every row of a table of scores, without intervals, by data set and measure."""
    if not table.exists():
        return {}
    found = re.findall(r"^\| (\S+) \| ([^|]+) \| (\d+) \|[^|]*\|[^|]*\| ([\d.]+)[^|]*\|", table.read_text(encoding="utf8"), re.M)
    return {(data, name): (count, score) for data, name, count, score in found}


def figures():
    """Of every row of SCORES.md its score in whole percents and, under its name with a #, its count."""
    found = {}
    for (data, name), (count, score) in rows(SCORES).items():
        found[f"{data}/{name}"] = str(int(float(score) + 0.5))
        found[f"{data}/{name}#"] = count
    return found


def filled(text, found):
    parts = text.replace("}", "{").split("{")
    return "".join(found[part] if n % 2 else part for n, part in enumerate(parts))


def renewed():
    """README as it is and as it should be."""
    found, readme = figures(), README.read_text(encoding="utf8")
    table = HEAD + "".join(f"| {name} | {filled(worth, found)} | {filled(on, found)} |\n" for name, worth, on in ROWS)
    start = readme.index(HEAD)
    return readme, readme[:start] + table + readme[readme.index("\n\n", start) + 1 :]


def write():
    README.write_text(renewed()[1], encoding="utf8")


def main():
    if "--check" not in sys.argv[1:]:
        return write()
    if len(set(renewed())) > 1:
        sys.exit("README.md and models/SCORES.md differ in what fields are worth: python3 models/scores/worth.py mends it")
    print("README: what each field is worth ok")


if __name__ == "__main__":
    main()
