"""The manifest of a dataset: one row per image, as Parquet."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.store import Store

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("id", pa.string(), nullable=False, metadata={"is": "sha256 of the image's bytes"}),
    pa.field("name", pa.string(), nullable=False, metadata={"is": "name in the source"}),
    pa.field("original", pa.string(), nullable=False, metadata={"is": "stem of the original of augmented copies"}),
    pa.field("group", pa.string(), nullable=False, metadata={"is": "observation or series"}),
    pa.field("label", pa.string(), nullable=False),
    pa.field("year", pa.int32(), metadata={"is": "year of the photograph: the middle of what is known"}),
    pa.field("year_low", pa.int32(), metadata={"is": "first year that it may be of"}),
    pa.field("year_high", pa.int32(), metadata={"is": "last year that it may be of"}),
    pa.field("source", pa.string(), nullable=False, metadata={"is": "where the image is from; empty if unknown"}),
    pa.field("place", pa.string(), metadata={"is": "place that it shows, where known"}),
    pa.field("split", pa.string(), nullable=False, metadata={"is": "train, val, test or doubtful"}),
    pa.field("synthetic", pa.bool_(), nullable=False, metadata={"is": "drawn by a generator"}),
    pa.field("width", pa.int32(), nullable=False),
    pa.field("height", pa.int32(), nullable=False),
    pa.field("mode", pa.string(), nullable=False, metadata={"is": "Pillow's mode"}),
    pa.field("format", pa.string(), nullable=False, metadata={"is": "Pillow's format, such as JPEG"}),
    pa.field("bytes", pa.int64(), nullable=False, metadata={"is": "size of the file"}),
    pa.field("brightness", pa.float32(), nullable=False, metadata={"is": "mean grey level, 0 to 255"}),
    pa.field("contrast", pa.float32(), nullable=False, metadata={"is": "standard deviation of the grey level"}),
    pa.field("phash", pa.string(), nullable=False, metadata={"is": "64 bits of a difference hash, hexadecimal"}),
    pa.field("shard", pa.string(), nullable=False, metadata={"is": "sha256 of the shard that holds the bytes"}),
    pa.field("offset", pa.int64(), nullable=False, metadata={"is": "of the bytes, within the shard"}),
]
SCHEMA = pa.schema(_FIELDS)
"""Columns of a manifest. Rows are ordered by name."""


def fetch_manifest(store: Store, collection: str, version: str, scratch: Path) -> Path:
    """The manifest of a dataset version as a local file; fetched once, since versions never change."""
    file = scratch / "manifests" / f"{version}.parquet"
    if not file.exists():
        store.download(keys.dataset(collection, version, "manifest.parquet"), file)
    return file


def read_manifest(
    store: Store, collection: str, version: str, scratch: Path, columns: list[str] | None = None
) -> pa.Table:
    """The manifest's columns (all, if none are named), as an Arrow table."""
    file = fetch_manifest(store, collection, version, scratch)
    present = set(pq.read_schema(file).names)
    return complete(pq.read_table(file, columns=columns and [name for name in columns if name in present]), columns)


def complete(table: pa.Table, columns: list[str] | None = None) -> pa.Table:
    """A table with these columns (all, if none are named): what an older manifest lacks is null, or an empty string."""
    wanted = pa.schema([SCHEMA.field(name) for name in columns]) if columns else SCHEMA
    for field in wanted:
        if field.name not in table.column_names:
            empty = pa.nulls(len(table), field.type) if field.nullable else pa.repeat(pa.scalar(""), len(table))
            table = table.append_column(field, empty)
    return table.select(wanted.names)


def read_dataset(store: Store, collection: str, version: str) -> dict[str, Any]:
    """dataset.json of a version: counts, classes, source and leaks."""
    record: dict[str, Any] = store.get_json(keys.dataset(collection, version, "dataset.json"))
    return record
