"""Small datasets in a real bucket, each good until a test spoils it."""

import hashlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import SCHEMA
from fototeca.collections import load_collection
from fototeca.context import Context

LABELS = load_collection("mars").labels
VERSION = "0123abcd"
Row = dict[str, Any]
Spoil = Callable[[list[Row]], None]
Publish = Callable[..., str]


def row(number: int) -> Row:
    """A faultless row; the rows of one group share a split."""
    group = number // len(LABELS)
    return {
        "id": hashlib.sha256(str(number).encode()).hexdigest(),
        "name": f"image-{number:03d}.jpg",
        "original": f"image-{number:03d}",
        "group": f"group-{group}",
        "label": LABELS[number % len(LABELS)],
        "year": None,
        "year_low": None,
        "year_high": None,
        "source": "",
        "place": None,
        "split": ("train", "val", "test", "train", "train")[group % 5],
        "synthetic": False,
        "width": 227,
        "height": 227,
        "mode": "L",
        "format": "JPEG",
        "bytes": 12_000,
        "brightness": 100.0,
        "contrast": 20.0,
        "phash": f"{number:016x}",
        "shard": "5" * 64,
        "offset": number * 12_288,
    }


@pytest.fixture
def publish(context: Context, tmp_path: Any) -> Publish:
    """Puts a dataset of 120 images into the archive, spoiled as a test wants it."""

    def put(spoil: Spoil = lambda rows: None, collection: str = "mars", **about: Any) -> str:
        rows = [row(number) for number in range(120)]
        spoil(rows)
        file = tmp_path / "manifest.parquet"
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), file)
        context.store.upload(file, keys.dataset(collection, VERSION, "manifest.parquet"))
        record = {"collection": collection, "dataset": VERSION, "split_from": "fototeca", "refused": 0, "duplicates": 0}
        context.store.put_json(keys.dataset(collection, VERSION, "dataset.json"), record | about)
        AppendLog(context.store, keys.dataset_log(collection)).append({"dataset": VERSION}, after=0)
        return VERSION

    return put
