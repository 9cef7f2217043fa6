"""Choosing images worth looking at, and making them small."""

import base64
import hashlib
import io
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image, ImageOps

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.errors import ArchiveUnavailable
from fototeca.report.facts import Picture

SIDE = 168
QUALITY = 80

Row = dict[str, Any]


def worst_mistakes(predictions: pa.Table, split: str, limit: int) -> list[Row]:
    """The wrong predictions of a split, most confident first, each with its `confidence`."""
    scores = [predictions[name] for name in predictions.column_names if name.startswith("p_")]
    judged = predictions.select(["id", "split", "label", "predicted"])
    judged = judged.append_column("confidence", pc.max_element_wise(*scores))
    wrong = judged.filter((pc.field("split") == split) & (pc.field("label") != pc.field("predicted")))
    rows: list[Row] = wrong.sort_by([("confidence", "descending"), ("id", "ascending")]).slice(0, limit).to_pylist()
    return rows


def a_few_of_each(manifest: pa.Table, classes: Iterable[str], limit: int) -> dict[str, list[Row]]:
    """Training images of each class; which, their hashes decide, so that it is the same each time."""
    training = manifest.filter(pc.field("split") == "train").sort_by("id")
    return {label: training.filter(pc.field("label") == label).slice(0, limit).to_pylist() for label in classes}


def picture(store: Store, collection: str, row: Row, predicted: str = "", confidence: float = 0.0) -> Picture:
    """The image of a manifest's row as a thumbnail.

    Raises:
        ArchiveUnavailable: what the archive holds is not the image that the manifest names.
    """
    shard = keys.shard(collection, row["shard"])
    content = store.get_range(shard, row["offset"], row["bytes"])
    if hashlib.sha256(content).hexdigest() != row["id"]:
        raise ArchiveUnavailable(f"{shard} does not hold {row['name']!r} at byte {row['offset']}; it was damaged.")
    return Picture(row["name"], row["label"], _thumbnail(content), predicted, confidence)


def _thumbnail(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        small = ImageOps.exif_transpose(image)
        small.thumbnail((SIDE, SIDE))
        packed = io.BytesIO()
        small.convert("L" if small.mode == "L" else "RGB").save(packed, "JPEG", quality=QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(packed.getvalue()).decode()}"
