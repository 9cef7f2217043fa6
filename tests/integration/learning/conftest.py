"""A small validated dataset, drawn by the tests."""

import hashlib
import io
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import SCHEMA
from fototeca.context import Context

DATASET = "d" * 16
LABELS = ["other", "crater"]
SIDE = 64
MakeDataset = Callable[..., str]


def draw(label: str, random: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Grey noise; a crater has a bright disc in it, and the later a photograph is, the brighter it is."""
    image = random.integers(60, 120, (SIDE, SIDE))
    if label == "crater":
        y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2 + random.integers(-5, 5, (2, 1, 1))
        image[y * y + x * x < 200] += 120
    if label.endswith("s"):
        image += (int(label[:4]) - 1860) // 2
    return image.astype(np.uint8)


def encode(pixels: np.ndarray[tuple[int, int], np.dtype[np.uint8]], form: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form)
    return buffer.getvalue()


@pytest.fixture
def make_dataset(context: Context) -> MakeDataset:
    """Puts a dataset of `mars`, or of another collection, into the archive and returns its version."""

    def make(
        count: int = 40,
        labels: list[str] = LABELS,
        splits: str = "tttvte",
        passed: bool | None = True,
        form: str = "JPEG",
        collection: str = "mars",
        version: str = DATASET,
        undated: str | None = None,
    ) -> str:
        random, content, rows = np.random.default_rng(1), bytearray(), []
        for number in range(count):
            label = labels[number % len(labels)]
            image = encode(draw(label, random), form)
            dated = collection == "photos" and undated != f"{number:04d}.jpg"
            year = int(label[:4]) + number % 10 if dated else None
            split = {"t": "train", "v": "val", "e": "test", "d": "doubtful"}[splits[(number // 2) % len(splits)]]
            rows.append(
                {"id": hashlib.sha256(image).hexdigest(), "name": f"{number:04d}.jpg", "original": f"{number:04d}"}
                | {"group": f"g{number // 2}", "label": label, "split": split, "synthetic": True, "width": SIDE}
                | {"height": SIDE, "mode": "L", "format": form, "bytes": len(image), "brightness": 0.0, "contrast": 0.0}
                | {"phash": "0" * 16, "offset": len(content), "source": ["studio", "press"][number % 4 // 2]}
                | {"year": year, "year_low": year, "year_high": year}
            )
            content += image
        shard = hashlib.sha256(content).hexdigest()
        context.store.put(keys.shard(collection, shard), bytes(content))
        table = pa.Table.from_pylist([row | {"shard": shard} for row in rows], schema=SCHEMA)
        manifest = io.BytesIO()
        pq.write_table(table, manifest)
        context.store.put(keys.dataset(collection, version, "manifest.parquet"), manifest.getvalue())
        classes = list(context.collection(collection).labels)
        facts = {"collection": collection, "dataset": version, "images": count, "classes": classes}
        context.store.put_json(keys.dataset(collection, version, "dataset.json"), facts)
        if passed is not None:
            outcome = {"passed": passed, "failures": [] if passed else ["labels are unknown"]}
            context.store.put_json(keys.dataset(collection, version, "validation.json"), outcome)
        log = AppendLog(context.store, keys.dataset_log(collection))
        log.append({"dataset": version}, after=log.length())
        return version

    return make
