"""What a network learns from and is measured on: the images of a dataset, decoded, with their labels."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fototeca.archive.manifest import read_manifest
from fototeca.context import Context, Progress
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.pixels import decoded_pixels

COLUMNS = ["id", "name", "group", "label", "split", "bytes", "shard", "offset"]


@dataclass(frozen=True)
class Examples:
    """A dataset's images, in the manifest's order: by name."""

    table: pa.Table
    """The manifest's columns of `COLUMNS`."""
    labels: NDArray[np.int64]
    """The class of each image, as its place among the dataset's classes."""
    splits: NDArray[np.str_]
    """The split of each image."""
    pixels: NDArray[np.uint8]
    """[images, height, width, channels], on disk."""

    def rows(self, split: str) -> NDArray[np.int64]:
        """The places of a split's images."""
        return np.flatnonzero(self.splits == split)


def open_examples(
    context: Context, collection: str, dataset: str, classes: list[str], shape: Shape, progress: Progress
) -> Examples:
    """The examples of a dataset, for networks of this input shape.

    Raises:
        TrainingFailed: an image can't be decoded.
        ArchiveUnavailable: a shard can't be fetched.
    """
    table = read_manifest(context.store, collection, dataset, context.scratch, COLUMNS)
    number = {label: place for place, label in enumerate(classes)}
    labels = np.array([number[str(label)] for label in table["label"].to_pylist()], np.int64)
    splits = np.array(table["split"].to_pylist(), np.str_)
    file = context.scratch / "pixels" / f"{dataset}-{'x'.join(map(str, shape))}.npy"
    return Examples(table, labels, splits, decoded_pixels(context, collection, table, shape, file, progress))
