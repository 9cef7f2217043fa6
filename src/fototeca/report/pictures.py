"""Choosing images worth looking at, and making them small."""

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image, ImageOps

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.errors import ArchiveUnavailable
from fototeca.report.facts import Picture
from fototeca.report.formats import percent

SIDE = 168
QUALITY = 80

Row = dict[str, Any]


def worst_mistakes(predictions: pa.Table, split: str, limit: int) -> list[Row]:
    """The wrong predictions of a split, most confident first, each with its `confidence`."""
    judged = with_confidence(predictions.filter(pc.field("split") == split))
    wrong = judged.filter(pc.field("label") != pc.field("predicted"))
    return _first(wrong, "confidence", limit)


def widest_errors(predictions: pa.Table, split: str, limit: int) -> list[Row]:
    """The photographs of a split that were misdated the most, each with its `error` in years."""
    columns = ["id", "name", "label", "year", "year_predicted", "year_low", "year_high"]
    judged = predictions.filter(pc.field("split") == split).select(columns)
    error = pc.abs(pc.subtract(pc.cast(judged["year"], pa.float64()), judged["year_predicted"]))
    judged = judged.append_column("error", error)
    return _first(judged.filter(pc.field("error") > 0), "error", limit)


def with_confidence(predictions: pa.Table) -> pa.Table:
    """Predictions of classes, with the probability of the predicted one as `confidence`."""
    scores = [predictions[name] for name in predictions.column_names if name.startswith("p_")]
    judged = predictions.select(["id", "name", "label", "predicted"])
    return judged.append_column("confidence", pc.max_element_wise(*scores))


def a_few_of_each(manifest: pa.Table, classes: Sequence[str], limit: int) -> dict[str, list[Row]]:
    """Training images of each class; which, their hashes decide, so that it is the same each time."""
    training = manifest.filter(pc.field("split") == "train").sort_by("id")
    return {label: training.filter(pc.field("label") == label).slice(0, limit).to_pylist() for label in classes}


def rows_of(manifest: pa.Table, ids: Sequence[str]) -> dict[str, Row]:
    """The manifest's rows of these images, by id."""
    found = manifest.filter(pc.is_in(manifest["id"], pa.array(list(ids), pa.string())))
    return {row["id"]: row for row in found.to_pylist()}


def classified(store: Store, collection: str, row: Row, judged: Row) -> Picture:
    """An image with the label that it was given."""
    return Picture(
        row["name"],
        thumbnail_of(store, collection, row),
        row["label"],
        judged["predicted"],
        percent(judged["confidence"]),
    )


def dated(store: Store, collection: str, row: Row, judged: Row) -> Picture:
    """A photograph with the year that it was given."""
    between = f"between {judged['year_low']:.0f} and {judged['year_high']:.0f}"
    said = f"{judged['year_predicted']:.0f}"
    return Picture(row["name"], thumbnail_of(store, collection, row), stated_year(row), said, between)


def stated_year(row: Mapping[str, Any]) -> str:
    """What a manifest's row says of the year: one, or from when to when, or the label where it says none."""
    low, high = row.get("year_low"), row.get("year_high")
    if low is not None and high is not None and low != high:
        return f"{low} to {high}"
    return str(row["label"] if row.get("year") is None else row["year"])


def thumbnail_of(store: Store, collection: str, row: Row) -> str:
    """The image of a manifest's row, small, as a data URI.

    Raises:
        ArchiveUnavailable: what the archive holds is not the image that the manifest names.
    """
    shard = keys.shard(collection, row["shard"])
    content = store.get_range(shard, row["offset"], row["bytes"])
    if hashlib.sha256(content).hexdigest() != row["id"]:
        raise ArchiveUnavailable(f"{shard} does not hold {row['name']!r} at byte {row['offset']}; it was damaged.")
    return thumbnail(content)


def thumbnail(content: bytes) -> str:
    """An encoded image, small, as a data URI."""
    with Image.open(io.BytesIO(content)) as image:
        small = ImageOps.exif_transpose(image)
        small.thumbnail((SIDE, SIDE))
        packed = io.BytesIO()
        small.convert("L" if small.mode == "L" else "RGB").save(packed, "JPEG", quality=QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(packed.getvalue()).decode()}"


def _first(table: pa.Table, column: str, limit: int) -> list[Row]:
    rows: list[Row] = table.sort_by([(column, "descending"), ("id", "ascending")]).slice(0, limit).to_pylist()
    return rows
