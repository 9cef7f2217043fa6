"""Which uploads a night classifies, and the record that makes their predictions count.

A night is planned, classified shard by shard, and committed. Only what a commit names counts: parts that a killed
run left behind are never read. Commits are numbered, and a plan says which number it will take; so of two nights
planned at once only one can commit, and no upload counts twice.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.store import Entry, Store
from fototeca.nightly.predictions import read_part

SHARD_SIZE = 1000
"""Uploads per shard: some 12 MB of requests, so that a retry repeats seconds of work, not hours."""
MAX_SHARDS = 1000
"""Airflow refuses to map a task over more than 1,024 values (`core.max_map_length`); the rest waits a night."""
OVERLAP = timedelta(days=7)
"""Uploads this much older than a finished listing were in it: storage dates an upload in parts by its beginning."""


@dataclass(frozen=True)
class Night:
    """The plan of a night."""

    collection: str
    date: str
    batch: str
    version: int
    after: int
    """Number of the last commit when this was planned; this night's is the next."""
    listed_at: str | None
    """When uploads were listed, if all that waited were taken."""
    uploads: int
    shards: list[str]


def plan_night(store: Store, collection: str, date: str, version: int) -> Night:
    """List the uploads that no committed night has, and write them down in shards."""
    log = AppendLog(store, keys.prediction_log(collection))
    after = log.length()
    listed_at = datetime.now(UTC)
    waiting = list(find_waiting(store, log, keys.uploads(collection)))
    taken = waiting[: SHARD_SIZE * MAX_SHARDS]
    fingerprint = hashlib.sha256(repr((version, [(e.key, e.etag) for e in taken])).encode())
    batch = fingerprint.hexdigest()[:16]
    shards = []
    for start in range(0, len(taken), SHARD_SIZE):
        shard = f"{start // SHARD_SIZE:05d}"
        rows = [{"key": e.key, "etag": e.etag, "size": e.size} for e in taken[start : start + SHARD_SIZE]]
        store.put_json(keys.predictions(collection, date, batch, f"plan/{shard}.json"), rows)
        shards.append(shard)
    complete = len(taken) == len(waiting)
    return Night(
        collection, date, batch, version, after, listed_at.isoformat() if complete else None, len(taken), shards
    )


def find_waiting(store: Store, log: AppendLog, prefix: str) -> Iterator[Entry]:
    """The uploads under `prefix` that no commit has, in the order of their keys."""
    since, done = _read_done(store, log)
    for entry in store.list(prefix):
        if entry.key.endswith("/") or (since and entry.modified < since):
            continue
        if (entry.key, entry.etag) not in done:
            yield entry


def commit_night(store: Store, night: Night, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Make a night's predictions count.

    Raises:
        Conflict: another night was committed since this one was planned; plan again.
    """
    log = AppendLog(store, keys.prediction_log(night.collection))
    record = {
        "date": night.date,
        "batch": night.batch,
        "version": night.version,
        "listed_at": night.listed_at,
        "parts": [part["key"] for part in parts],
        "classified": sum(part["classified"] for part in parts),
        "refused": sum(part["refused"] for part in parts),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    last = log.last()
    if last and last["batch"] == night.batch and last["number"] == night.after + 1:
        return last
    if night.uploads:
        record["number"] = log.append(record, after=night.after)
    return record


def _read_done(store: Store, log: AppendLog) -> tuple[datetime | None, set[tuple[str, str]]]:
    """Before which time every upload is done, and which uploads since then are done."""
    since: datetime | None = None
    done: set[tuple[str, str]] = set()
    for record in log.records(newest_first=True):
        if since and datetime.fromisoformat(record["at"]) < since:
            break
        if since is None and record["listed_at"]:
            since = datetime.fromisoformat(record["listed_at"]) - OVERLAP
        for part in record["parts"]:
            table = pq.read_table(read_part(store, part), columns=["upload", "etag"])
            done.update((str(row["upload"]), str(row["etag"])) for row in table.to_pylist())
    return since, done
