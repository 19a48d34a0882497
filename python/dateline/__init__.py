"""Reads news articles: who did what to whom, where and when, with codes, counts and sources.

    >>> import dateline
    >>> record = dateline.read("KADUNA, May 3 - Gunmen killed four police officers on Friday.", published_at="2031-05-04")

README.md of the project has a page of examples, and describes the record and the columns.
"""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Union

from ._core import DatelineError, Sheet, __version__
from ._core import read as _read

if TYPE_CHECKING:
    import pyarrow

__all__ = ["DatelineError", "__version__", "read", "read_many"]

Tier = Literal["accurate", "fast"]
TableName = Literal["events", "mentions", "claims", "entities"]
#: A date as text (2031-05-04, or with a time), as seconds since 1970, or as an object.
PublishedAt = Union[str, int, datetime.date, None]
#: The text alone, or the fields of `article.raw/1`: `text`, and as far as they are known `published_at`, `url`, `title`,
#: `source`, `id`; others go through to `extra`.
Article = Union[str, Mapping[str, Any]]

#: Articles of a round for each core: long enough that no core waits for another, short enough to be interrupted.
_ROUND = 16 * (os.cpu_count() or 1)

_log = logging.getLogger("dateline")


def read(
    text: str,
    published_at: PublishedAt = None,
    url: str | None = None,
    title: str | None = None,
    tier: Tier = "accurate",
) -> dict[str, Any]:
    """Reads one article, plain text or HTML, and gives its `article.enriched/1` record.

    Without `published_at`, and where the text has no date of its own, "on Friday" is no day.
    Raises DatelineError for what is no English article.
    """
    article = {"text": text, "published_at": published_at, "url": url, "title": title}
    return json.loads(_read(_message(article, None), tier))  # type: ignore[no-any-return]


def read_many(
    articles: Iterable[Article],
    published_at: PublishedAt = None,
    table: TableName = "events",
    tier: Tier = "accurate",
    errors: Literal["raise", "skip"] = "raise",
) -> pyarrow.Table:
    """Reads articles on all cores and gives one table, a row an event (or mention, claim, entity), in their order.

    `published_at` is the date of articles that come without one. With `errors="skip"` an article that is refused is
    logged (logger "dateline") and left out; otherwise the first one raises DatelineError, whose `index` is its place.
    """
    if errors not in ("raise", "skip"):
        raise ValueError(f'errors is {errors!r}, it must be "raise" or "skip"')
    sheet = Sheet(table, tier)
    rest, done = iter(articles), 0
    while batch := list(itertools.islice(rest, _ROUND)):
        refused = sheet.add([_message(article, published_at) for article in batch])
        for place, kind, reason in refused:
            error = DatelineError(f"article {done + place}: {reason}")
            error.kind, error.index = kind, done + place
            if errors == "raise":
                raise error
            _log.warning("left out %s", error)
        done += len(batch)
    return sheet.finish()


def _message(article: Article, published_at: PublishedAt) -> bytes:
    """The article as `article.raw/1`."""
    fields = {"text": article} if isinstance(article, str) else article
    known = {name: None if _is_missing(value) else value for name, value in fields.items()}
    if published_at is not None and known.get("published_at") is None:
        known["published_at"] = published_at
    return json.dumps(known, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")


def _is_missing(value: Any) -> bool:
    """What a data frame has where it has nothing: NaN or NaT, which are not equal to themselves."""
    return isinstance(value, (float, datetime.date)) and value != value


def _plain(value: Any) -> Any:
    """What JSON has no form for: dates, and the numbers of NumPy."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is nothing that an article may hold: {value!r}")
