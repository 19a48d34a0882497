import pyarrow

__version__: str

class DatelineError(Exception):
    """An article is refused."""

    kind: str
    """A stable name of the reason, as in dead letters."""
    index: int
    """Its place among those given to read_many."""

class Sheet:
    def __init__(self, table: str, tier: str) -> None: ...
    def add(self, messages: list[bytes]) -> list[tuple[int, str, str]]: ...
    def finish(self) -> pyarrow.Table: ...

def read(message: bytes, tier: str) -> bytes: ...
