"""The decoded pixels of a dataset, in a file that every epoch, and every network of the same input shape, reads."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.archive.encoded import as_decodable
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context, Progress
from fototeca.errors import TrainingFailed
from fototeca.learning.architectures.architecture import Shape
from fototeca.learning.decoding import decode_images
from fototeca.learning.disk import reserve

AT_ONCE = 64
"""Images decoded together."""


def decoded_pixels(
    context: Context, collection: str, table: pa.Table, shape: Shape, file: Path, progress: Progress
) -> NDArray[np.uint8]:
    """Pixels of all images of the table, uint8 [images, height, width, channels], mapped from disk, not in memory.

    They are decoded once per machine, by the function that the exported graph decodes with, one byte a pixel: 3.3 GB
    for 65,000 landmarks.

    Raises:
        TrainingFailed: an image can't be decoded; the message names it.
        DiskFull: there is no room for the file.
        ArchiveUnavailable: a shard can't be fetched.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part-{os.getpid()}")
        try:
            pixels = np.lib.format.open_memmap(part, "w+", np.uint8, (len(table), *shape))
            reserve(part, part.stat().st_size)
            _decode_all(context, collection, table, pixels, progress)
            pixels.flush()
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    kept: NDArray[np.uint8] = np.load(file, mmap_mode="r")
    return kept


def read_originals(context: Context, collection: str, table: pa.Table) -> Iterator[tuple[int, bytes]]:
    """Place in the table and encoded bytes of each image, shard by shard."""
    columns = [table[name].to_pylist() for name in ("shard", "offset", "bytes")]
    for place, (shard, offset, length) in sorted(enumerate(zip(*columns, strict=True)), key=lambda row: row[1]):
        yield place, read_image(fetch_shard(context.store, collection, shard, context.scratch), offset, length)


def _decode_all(
    context: Context, collection: str, table: pa.Table, pixels: NDArray[np.uint8], progress: Progress
) -> None:
    shape = cast(Shape, pixels.shape[1:])
    decode = tf.function(lambda contents: decode_images(contents, shape), [tf.TensorSpec([None], tf.string)])
    originals = read_originals(context, collection, table)
    done = 0
    while some := dict(islice(originals, AT_ONCE)):
        names = [table["name"][place].as_py() for place in some]
        try:
            pixels[list(some)] = decode([as_decodable(content) for content in some.values()]).numpy()
        except (tf.errors.InvalidArgumentError, OSError) as error:
            raise TrainingFailed(
                f"One of {names[0]} to {names[-1]} in {collection} can't be decoded: {error}. Ingest the source again "
                "without it."
            ) from error
        done += len(some)
        progress(done, len(table), "decoding images")
