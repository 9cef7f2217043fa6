"""Append-only logs in object storage: numbered objects, of which none is ever rewritten.

Dataset versions, promotions and nightly commits are such logs. Whoever writes a number first has it; that is what
keeps two runs at once from both counting.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

from fototeca.archive.store import Store, as_json
from fototeca.errors import Conflict


class AppendLog:
    """The log under `prefix`; its numbers count up from 1."""

    def __init__(self, store: Store, prefix: str) -> None:
        self.store = store
        self.prefix = prefix

    def length(self) -> int:
        """How many records there are."""
        newest = deque(self.store.list(self.prefix), maxlen=1)
        return int(newest[0].key.removeprefix(self.prefix).removesuffix(".json")) if newest else 0

    def last(self) -> dict[str, Any] | None:
        """The newest record, if there is one."""
        length = self.length()
        return self.read(length) if length else None

    def read(self, number: int) -> dict[str, Any]:
        """The record of that number, with the number itself under `number`."""
        record: dict[str, Any] = self.store.get_json(self._key(number))
        return record | {"number": number}

    def records(self, newest_first: bool = False) -> Iterator[dict[str, Any]]:
        """All records."""
        numbers = range(1, self.length() + 1)
        for number in reversed(numbers) if newest_first else numbers:
            yield self.read(number)

    def append(self, record: dict[str, Any], after: int) -> int:
        """Write the record that follows number `after`, and return its number.

        Raises:
            Conflict: somebody else has written that number since `after` was read.
        """
        if not self.store.put_new(self._key(after + 1), as_json(record)):
            raise Conflict(f"{self._key(after + 1)} was written by somebody else meanwhile; run again.")
        return after + 1

    def _key(self, number: int) -> str:
        return f"{self.prefix}{number:08d}.json"
