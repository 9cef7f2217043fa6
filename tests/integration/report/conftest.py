"""A dataset and two training runs on it, as ingest and training leave them in a real bucket."""

import hashlib
import io
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw

from fototeca.archive import keys
from fototeca.archive.manifest import SCHEMA
from fototeca.collections import load_collection
from fototeca.context import Context

CLASSES = list(load_collection("mars").labels)
DATASET = "0123abcd"
HOSTILE = "<img src=x onerror=alert(1)>.jpg"
RUNS = {"cnn_small": "a" * 16, "cnn": "b" * 16}
SPLITS = ("train", "train", "train", "val", "test")


def draw(label: int, number: int) -> bytes:
    """A JPEG that shows something of its class."""
    chance = random.Random(number)  # noqa: S311 - pictures, not secrets
    image = Image.new("L", (227, 227), 90 + chance.randrange(60))
    pen = ImageDraw.Draw(image)
    for _ in range(1 + label):
        x, y, r = chance.randrange(200), chance.randrange(200), 10 + chance.randrange(50)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=chance.randrange(256), outline=20)
    packed = io.BytesIO()
    image.save(packed, "JPEG")
    return packed.getvalue()


def result(architecture: str, accuracy: float, images: int) -> dict[str, Any]:
    """A result.json with as many right as `accuracy` says; the rest is taken for the next class."""
    confusion = [[0] * len(CLASSES) for _ in CLASSES]
    for true in range(len(CLASSES)):
        right = round(images / len(CLASSES) * accuracy)
        confusion[true][true] = right
        confusion[true][(true + 1) % len(CLASSES)] = images // len(CLASSES) - right
    measured = {
        "images": images,
        "accuracy": accuracy,
        "macro_f1": accuracy - 0.04,
        "log_loss": 0.51,
        "majority_accuracy": 0.528,
        "confusion": confusion,
    }
    return {
        "collection": "mars",
        "architecture": architecture,
        "run": RUNS[architecture],
        "dataset": DATASET,
        "classes": CLASSES,
        "metrics": dict.fromkeys(("train", "val", "test"), measured),
        "parameters": {"total": 775_800, "trainable": 775_800, "non_trainable": 0},
        "files": {},
        "recipe": {
            "epochs": 12,
            "batch_size": 64,
            "learning_rate": 0.001,
            "seed": 7,
            "augmentations": ["flip"],
            "patience": 4,
        },
        "created": "2026-01-02T03:04:05+00:00",
        "seconds": 93.2,
    }


@pytest.fixture
def trained(context: Context) -> Context:
    """The bucket after ingest and two trainings."""
    rows, shard = [], b""
    for number in range(160):
        content = draw(number % len(CLASSES), number)
        name = HOSTILE if number == 39 else f"ESP_{number:06d}_2065_RED-{number:04d}.jpg"
        rows.append(
            {
                "id": hashlib.sha256(content).hexdigest(),
                "name": name,
                "original": name,
                "group": f"g{number // len(CLASSES)}",
                "label": CLASSES[number % len(CLASSES)],
                "year": None,
                "split": SPLITS[number // len(CLASSES) % len(SPLITS)],
                "synthetic": True,
                "width": 227,
                "height": 227,
                "mode": "L",
                "format": "JPEG",
                "bytes": len(content),
                "brightness": 1.0,
                "contrast": 1.0,
                "phash": "0",
                "shard": "5" * 64,
                "offset": len(shard),
            }
        )
        shard += content
    store = context.store
    store.put(keys.shard("mars", "5" * 64), shard)
    put_table(context, keys.dataset("mars", DATASET, "manifest.parquet"), pa.Table.from_pylist(rows, SCHEMA))
    counts = {split: dict.fromkeys(CLASSES, 4) for split in ("train", "val", "test")}
    counts["train"] = dict.fromkeys(CLASSES, 12) | {"other": 13}
    store.put_json(
        keys.dataset("mars", DATASET, "dataset.json"),
        {
            "collection": "mars",
            "dataset": DATASET,
            "images": 160,
            "classes": CLASSES,
            "counts": counts,
            "groups": {"train": 12, "val": 4, "test": 4},
            "synthetic": True,
            "source": "samples",
            "split_from": "source",
            "leaks": [],
            "refused": 3,
            "duplicates": 1,
        },
    )
    for name, reason in (("a.txt", "it is no image"), ("b.jpg", "it is no image"), ("c.jpg", "it is empty")):
        store.put_json(keys.quarantine("mars", f"{name}.json"), {"name": name, "reason": reason, "source": "samples"})
    for architecture, accuracy in (("cnn_small", 0.75), ("cnn", 0.85)):
        put_run(context, result(architecture, accuracy, 160), rows)
    return context


def put_run(context: Context, record: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """A training run's records; every test image of it is taken for the next class."""

    def key(name: str) -> str:
        return keys.model("mars", record["architecture"], record["run"], name)

    judged = []
    for number, row in enumerate(rows):
        label = CLASSES.index(row["label"])
        guess = (label + 1) % len(CLASSES) if row["split"] == "test" else label
        sure = 0.99 if row["name"] == HOSTILE else 0.5 + number / 500
        scores = {f"p_{i}": sure if i == guess else (1 - sure) / 7 for i in range(len(CLASSES))}
        judged.append(
            {k: row[k] for k in ("id", "name", "group", "split", "label")} | {"predicted": CLASSES[guess]} | scores
        )
    put_table(context, key("predictions.parquet"), pa.Table.from_pylist(judged))
    context.store.put_json(
        key("history.json"),
        {
            "loss": [2.0 * 0.75**epoch for epoch in range(12)],
            "val_loss": [2.0 * 0.8**epoch + 0.15 for epoch in range(12)],
            "accuracy": [1 - 0.6 * 0.75**epoch for epoch in range(12)],
            "val_accuracy": [0.9 - 0.5 * 0.75**epoch for epoch in range(12)],
        },
    )
    context.store.put_json(key("result.json"), record)


def put_table(context: Context, key: str, table: pa.Table) -> None:
    packed = io.BytesIO()
    pq.write_table(table, packed)
    context.store.put(key, packed.getvalue())
