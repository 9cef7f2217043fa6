"""Making a dataset visible: its manifest, then dataset.json, and its record in the log last."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import SCHEMA
from fototeca.archive.store import Store
from fototeca.collections import Collection
from fototeca.ingest.base import Base
from fototeca.ingest.spool import Spool

BATCH = 2_000
"""Rows held at once; each such batch is written as a row group, which Parquet would otherwise hold too."""
LEAKS_LISTED = 1000
CONTENT = """
SELECT id, name, original, "group", label, year, year_low, year_high, source, place, split, synthetic
FROM rows JOIN images USING (id)
"""
COLUMNS = ", ".join({"group": '"group"', "shard": "shards.sha256"}.get(name, name) for name in SCHEMA.names)
ROWS = f"""
SELECT {COLUMNS} FROM rows JOIN images USING (id) JOIN shards ON shards.number = images.shard ORDER BY name, id
"""  # noqa: S608


@dataclass(frozen=True)
class Tally:
    """What an ingest counted, for dataset.json and the log."""

    source: str
    added: int
    refused: int
    duplicates: int
    published_split: bool
    """Whether the source, or one before it, brought its own split."""


def version_of(spool: Spool) -> str:
    """The dataset's version: a hash of which images it has, and what is said of them."""
    digest = hashlib.sha256()
    for row in spool.rows(f"{CONTENT} ORDER BY name, id"):
        digest.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()[:16]


def describe(spool: Spool, collection: Collection, version: str, tally: Tally) -> dict[str, Any]:
    """dataset.json."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for split, label, count in spool.rows("SELECT split, label, count(*) FROM rows GROUP BY split, label"):
        counts[split][label] = count
    whole = "FROM rows JOIN images USING (id)"
    leaks = [leak for (leak,) in spool.rows("SELECT leak FROM leaks ORDER BY leak LIMIT ?", LEAKS_LISTED)]
    unlisted = spool.one("SELECT count(*) FROM leaks") - len(leaks)
    return {
        "collection": collection.name,
        "dataset": version,
        "images": spool.one("SELECT count(*) FROM rows"),
        "classes": collection.classes(label for (label,) in spool.rows("SELECT DISTINCT label FROM rows")),
        "counts": counts,
        "groups": dict(spool.rows('SELECT split, count(DISTINCT "group") FROM rows GROUP BY split')),
        "synthetic": bool(spool.one(f"SELECT max(synthetic) {whole}")),
        "source": tally.source,
        "split_from": "source" if tally.published_split else "fototeca",
        "leaks": leaks + ([f"and {unlisted} more"] if unlisted else []),
        "refused": tally.refused,
        "duplicates": tally.duplicates,
        "bytes": spool.one(f"SELECT sum(bytes) {whole}"),
        "shards": spool.one(f"SELECT count(DISTINCT shard) {whole}"),
    }


def publish(store: Store, spool: Spool, about: dict[str, Any], tally: Tally, base: Base, folder: Path) -> None:
    """Write the dataset, unless a complete one of that version is there, and name it the newest.

    Raises:
        Conflict: another dataset became the newest since `base` was read.
    """
    collection, version = about["collection"], about["dataset"]
    described = keys.dataset(collection, version, "dataset.json")
    if not store.exists(described):
        manifest = folder / "manifest.parquet"
        write_manifest(spool, manifest)
        store.upload(manifest, keys.dataset(collection, version, "manifest.parquet"))
        store.put_json(described, about)
    record = {
        "dataset": version,
        "source": tally.source,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": about["images"],
        "added": tally.added,
        "synthetic": about["synthetic"],
    }
    AppendLog(store, keys.dataset_log(collection)).append(record, after=base.number)


def write_manifest(spool: Spool, file: Path) -> None:
    """Write the rows as Parquet, some at a time."""
    rows = spool.connection.execute(ROWS)
    synthetic = SCHEMA.get_field_index("synthetic")
    with pq.ParquetWriter(file, SCHEMA) as writer:
        while some := rows.fetchmany(BATCH):
            columns: list[Any] = list(zip(*some, strict=True))
            columns[synthetic] = [bool(value) for value in columns[synthetic]]
            arrays = [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
            writer.write_table(pa.table(arrays, schema=SCHEMA))
