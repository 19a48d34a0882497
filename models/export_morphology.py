"""Attribute-ruler rules and lemmatizer tables of a spaCy pipeline, as byte tensors of Dateline's model file.

Used by export.py. Both tensors are zstd-compressed JSON, read by crates/dateline-read/src/nlp/attribute_ruler.rs and
crates/dateline-read/src/nlp/lemmatizer.rs, whose headers say what the fields mean. Needs the packages spacy and zstandard.
"""

import itertools
import json
import re._parser as regex_parser

import numpy
import zstandard

LEMMATIZED = ("adj", "adv", "noun", "punct", "verb")


def tensors(nlp):
    """Returns {tensor name: uint8 array}."""
    parts = {"attribute_ruler": ruler_rules(nlp), "lemmatizer": lemma_tables(nlp)}
    return {name: compress(part) for name, part in parts.items()}


def compress(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return numpy.frombuffer(zstandard.ZstdCompressor(level=22).compress(text.encode()), dtype=numpy.uint8)


def ruler_rules(nlp):
    """The rules in order; alternatives of one rule become rules of their own, which changes nothing."""
    rules = []
    for entry in nlp.get_pipe("attribute_ruler").patterns:
        attributes = {name.lower(): value for name, value in entry["attrs"].items()}
        assert attributes.keys() <= {"tag", "dep", "pos", "morph", "lemma"}, attributes
        for pattern in entry["patterns"]:
            rules.append({"pattern": [token_pattern(t) for t in pattern], "target": entry["index"], **attributes})
    return rules


def token_pattern(conditions):
    spec = {}
    for attribute, condition in conditions.items():
        name = attribute.lower()
        assert name in ("tag", "dep", "lower", "is_space"), conditions
        if not isinstance(condition, dict):
            spec[name] = condition if name == "is_space" else [condition]
            continue
        (operator, value), = condition.items()
        if operator == "REGEX":
            spec[name] = words_of(value)
        else:
            key = {"IN": name, "NOT_IN": "not_" + name}[operator]
            assert key != "not_lower", conditions
            spec[key] = value
    return spec


def words_of(pattern):
    """All words that an anchored regular expression of literals, classes and optional items matches."""
    items = list(regex_parser.parse(pattern))
    assert pattern.startswith("^") and pattern.endswith("$"), pattern
    choices = []
    for operator, argument in items[1:-1]:
        optional = operator is regex_parser.MAX_REPEAT
        if optional:
            low, high, inner = argument
            assert (low, high, len(inner)) == (0, 1, 1), pattern
            operator, argument = inner[0]
        if operator is regex_parser.LITERAL:
            letters = [chr(argument)]
        else:
            assert operator is regex_parser.IN, pattern
            assert all(o is regex_parser.LITERAL for o, _ in argument), pattern
            letters = [chr(code) for _, code in argument]
        choices.append([""] * optional + letters)
    return ["".join(letters) for letters in itertools.product(*choices)]


def lemma_tables(nlp):
    lemmatizer = nlp.get_pipe("lemmatizer")
    assert lemmatizer.mode == "rule" and not lemmatizer.overwrite
    lookups = lemmatizer.lookups
    rules, exceptions, index = (lookups.get_table(t) for t in ("lemma_rules", "lemma_exc", "lemma_index"))
    tables = {
        pos.upper(): {
            "rules": rules.get(pos, []),
            "exceptions": exceptions.get(pos, {}),
            "lemmas": sorted(index.get(pos, [])),
        }
        for pos in LEMMATIZED
    }
    # Tables are keyed by hash: no part of speech may be forgotten.
    for table, field in ((rules, "rules"), (exceptions, "exceptions"), (index, "lemmas")):
        assert len(table) == sum(bool(t[field]) for t in tables.values()), field
    return tables
