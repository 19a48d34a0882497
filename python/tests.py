"""Holds the installed wheel to README.md and to what `dateline extract` wrote: run by tests/it/wheel.rs.

    python tests.py README.md SAMPLE...

in a folder with records.jsonl and the four tables as Parquet, made of the same samples by the fast tier.
"""

import doctest
import json
import logging
import pathlib
import sys
import threading

import pyarrow.parquet

import dateline

readme, *samples = sys.argv[1:]


def article(line):
    """A message as `extract` takes it: plain text, or the fields of a JSON object."""
    return json.loads(line) if line.lstrip().startswith("{") else line


def articles():
    for path in samples:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        yield from map(article, text.splitlines() if path.endswith(".jsonl") else [text])


def the_examples_hold():
    failed, run = doctest.testfile(readme, module_relative=False)
    assert failed == 0 and run > 10, (failed, run)


def a_record_is_that_of_the_command():
    expected = map(json.loads, pathlib.Path("records.jsonl").read_text(encoding="utf-8").splitlines())
    texts = 0
    for given, record in zip(articles(), expected, strict=True):
        if isinstance(given, str):
            assert dateline.read(given, tier="fast") == record
            texts += 1
    assert texts > 2, texts
    assert record["producer"]["version"] == dateline.__version__


def the_tables_are_those_of_the_command():
    for name in ["events", "mentions", "claims", "entities"]:
        expected = pyarrow.parquet.read_table(f"{name}.parquet")
        found = dateline.read_many(articles(), table=name, tier="fast")
        assert found.num_rows > 5 and found.schema.equals(expected.schema, check_metadata=False), name
        assert found.equals(expected), name
    empty = dateline.read_many([], tier="fast")
    assert empty.num_rows == 0 and "event_date" in empty.column_names


def a_refusal_says_which_and_why():
    texts = ["Rebels killed two soldiers in Goma."] * 40 + [""]
    try:
        dateline.read_many(iter(texts), tier="fast")
        raise AssertionError("an empty text was read")
    except dateline.DatelineError as error:
        assert (error.index, error.kind) == (40, "empty_text") and "article 40: " in str(error), error
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("dateline").addHandler(handler)
    assert dateline.read_many(texts, tier="fast", errors="skip").num_rows == 40
    assert len(lines) == 1 and "article 40" in lines[0], lines
    for wrong in [{"tier": "slow"}, {"table": "verbs"}, {"errors": "ignore"}]:
        try:
            dateline.read_many([], **wrong)
            raise AssertionError(wrong)
        except ValueError as error:
            assert next(iter(wrong.values())) in str(error), error


def others_go_on_while_an_article_is_read():
    text = "Rebels killed two soldiers in Goma on Friday, and the army said that it would answer. " * 500
    reader = threading.Thread(target=dateline.read, args=(text,), kwargs={"tier": "fast"})
    turns = 0
    reader.start()
    while reader.is_alive():
        turns += 1
    assert turns > 1_000, turns


the_examples_hold()
a_record_is_that_of_the_command()
the_tables_are_those_of_the_command()
a_refusal_says_which_and_why()
others_go_on_while_an_article_is_read()
print("ok")
