"""The dataset that an ingest builds on: the newest one, read back from its manifest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import complete, fetch_manifest, read_dataset
from fototeca.archive.store import Store
from fototeca.collections import Collection
from fototeca.ingest.resolve import classify_by_year
from fototeca.ingest.spool import Spool

BATCH = 10_000


@dataclass(frozen=True)
class Base:
    """The newest dataset, or that there is none."""

    number: int
    """Of its record in the dataset log; 0 where there is none."""
    dataset: str | None
    about: dict[str, Any]
    """Its dataset.json."""

    @property
    def synthetic(self) -> bool | None:
        """Whether its images are drawn; none where there is no dataset."""
        return bool(self.about["synthetic"]) if self.dataset else None


def newest(store: Store, collection: str) -> Base:
    """The newest dataset of a collection."""
    log = AppendLog(store, keys.dataset_log(collection))
    record = log.last()
    if record is None:
        return Base(0, None, {})
    return Base(record["number"], record["dataset"], read_dataset(store, collection, record["dataset"]))


def load(base: Base, store: Store, collection: Collection, spool: Spool, scratch: Path) -> None:
    """Put the dataset's rows into the spool, in place of any that are there, and what is known of its images.

    Dated images get the classes that the collection's years have now.
    """
    spool.run("DELETE FROM rows")
    if base.dataset is None:
        return
    manifest = pq.ParquetFile(fetch_manifest(store, collection.name, base.dataset, scratch))
    numbers = {sha256: number for number, sha256 in spool.rows("SELECT number, sha256 FROM shards")}
    for batch in manifest.iter_batches(BATCH):
        rows: list[dict[str, Any]] = complete(pa.Table.from_batches([batch])).to_pylist()
        for row in rows:
            if row["shard"] not in numbers:
                numbers[row["shard"]] = len(numbers) + 1
                spool.run("INSERT INTO shards VALUES (?, ?)", numbers[row["shard"]], row["shard"])
        spool.write(
            "INSERT INTO rows VALUES (:id, :name, :original, :group, :label, :year, coalesce(:year_low, :year), "
            "coalesce(:year_high, :year), :source, :place, :split, 0)",
            rows,  # type: ignore[arg-type]
        )
        spool.write(
            "INSERT OR IGNORE INTO images VALUES (:id, :synthetic, :width, :height, :mode, :format, :bytes, "
            ":brightness, :contrast, :phash, :number, :offset)",
            (row | {"number": numbers[row["shard"]]} for row in rows),  # type: ignore[misc]
        )
    if collection.years:
        classify_by_year(spool, collection.years)
