"""What a network learns from and is measured on: the images of a dataset, decoded, with their labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fototeca.archive.manifest import read_manifest
from fototeca.context import Context, Progress
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.pixels import decoded_pixels

COLUMNS = [
    *("id", "name", "group", "label", "split", "source", "year", "year_low", "year_high"),
    *("mode", "bytes", "shard", "offset"),
]


@dataclass(frozen=True)
class Examples:
    """A dataset's images, in the manifest's order: by name."""

    table: pa.Table
    """The manifest's columns of `COLUMNS`."""
    labels: NDArray[np.int64]
    """The class of each image, as its place among the dataset's classes."""
    years: NDArray[np.float32]
    """The year of each photograph, the middle of what is known; NaN where nothing is."""
    earliest: NDArray[np.float32]
    latest: NDArray[np.float32]
    splits: NDArray[np.str_]
    """The split of each image."""
    groups: NDArray[np.str_]
    """The observation or series of each image."""
    pixels: NDArray[np.uint8]
    """[images, height, width, channels], on disk."""

    def rows(self, split: str) -> NDArray[np.int64]:
        """The places of a split's images."""
        return np.flatnonzero(self.splits == split)


def open_examples(context: Context, facts: dict[str, Any], shape: Shape, progress: Progress) -> Examples:
    """The examples of the dataset that `facts` (its dataset.json) describes, for networks of this input shape.

    Raises:
        TrainingFailed: an image can't be decoded.
        ArchiveUnavailable: a shard can't be fetched.
    """
    collection, dataset = facts["collection"], facts["dataset"]
    table = read_manifest(context.store, collection, dataset, context.scratch, COLUMNS)
    number = {label: place for place, label in enumerate(facts["classes"])}
    file = context.scratch / "pixels" / f"{dataset}-{'x'.join(map(str, shape))}.npy"
    return Examples(
        table=table,
        labels=np.array([number[str(label)] for label in table["label"].to_pylist()], np.int64),
        years=_numbers(table, "year"),
        earliest=_numbers(table, "year_low"),
        latest=_numbers(table, "year_high"),
        splits=np.array(table["split"].to_pylist(), np.str_),
        groups=np.array(table["group"].to_pylist(), np.str_),
        pixels=decoded_pixels(context, collection, table, shape, file, progress),
    )


def _numbers(table: pa.Table, column: str) -> NDArray[np.float32]:
    return np.array([np.nan if value is None else value for value in table[column].to_pylist()], np.float32)
