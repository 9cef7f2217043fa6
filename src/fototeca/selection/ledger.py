"""The ledger of a collection: who was promoted or rolled back, when and why. Its newest record is in force."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.store import Store


@dataclass(frozen=True)
class Entry:
    """One promotion or rollback."""

    action: Literal["promote", "rollback"]
    version: int
    """In force from then on."""
    previous: int | None
    """In force until then."""
    architecture: str
    run: str
    dataset: str
    reason: str
    at: str
    """UTC, ISO 8601."""
    number: int = 0
    """Place in the ledger, from 1; 0 for one that is not written."""


def in_force(store: Store, collection: str) -> Entry | None:
    """The newest entry, if any version was ever promoted."""
    record = AppendLog(store, keys.ledger(collection)).last()
    return _entry(record) if record else None


def version_in_force(store: Store, collection: str) -> int | None:
    """The version that requests are to name."""
    entry = in_force(store, collection)
    return entry.version if entry else None


def entries(store: Store, collection: str) -> Iterator[Entry]:
    """All entries, newest first."""
    return map(_entry, AppendLog(store, keys.ledger(collection)).records(newest_first=True))


def append(
    store: Store,
    collection: str,
    action: Literal["promote", "rollback"],
    model: dict[str, Any],
    reason: str,
    before: Entry | None,
) -> Entry:
    """Put the version that `model` (its complete.json) describes in force, in place of what `before` says.

    Raises:
        Conflict: another version was put in force since `before` was read.
    """
    entry = Entry(
        action=action,
        version=model["version"],
        previous=before.version if before else None,
        architecture=model["architecture"],
        run=model["run"],
        dataset=model["dataset"],
        reason=reason,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    record = {name: value for name, value in asdict(entry).items() if name != "number"}
    number = AppendLog(store, keys.ledger(collection)).append(record, after=before.number if before else 0)
    return Entry(**record, number=number)


def _entry(record: dict[str, Any]) -> Entry:
    return Entry(**{name: record[name] for name in Entry.__dataclass_fields__})
