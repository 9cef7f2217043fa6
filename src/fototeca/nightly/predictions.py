"""Predictions as Parquet: one row per upload, one column per class."""

import io
import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fototeca.archive.store import Store
from fototeca.nightly.requests import Request


def build_part(
    requests: Sequence[Request],
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    version: int,
    at: datetime,
    prefix: str,
) -> pa.Table:
    """The rows of one shard. `probabilities` is [requests, classes]; rows of refused requests hold NaN."""
    refused = np.array([request.refused is not None for request in requests])
    best = np.where(refused, 0, np.nan_to_num(probabilities).argmax(axis=1))
    columns = {
        "id": pa.array([request.id for request in requests]),
        "name": pa.array([request.upload.removeprefix(prefix) for request in requests]),
        "label": pa.array([classes[i] for i in best], mask=refused),
        "probability": pa.array(probabilities[np.arange(len(requests)), best], mask=refused),
        **{
            f"p_{re.sub(r'[^0-9a-z]+', '_', label.lower())}": pa.array(probabilities[:, i], mask=refused)
            for i, label in enumerate(classes)
        },
        "model_version": pa.array([version] * len(requests), pa.int64()),
        "classified_at": pa.array([at] * len(requests), pa.timestamp("ms", tz="UTC")),
        "refused": pa.array([request.refused for request in requests], pa.string()),
        "upload": pa.array([request.upload for request in requests]),
        "etag": pa.array([request.etag for request in requests]),
    }
    return pa.table(columns)


def write_part(store: Store, key: str, table: pa.Table) -> None:
    """Store a part; it counts once a commit names it."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    store.put(key, buffer.getvalue())


def read_part(store: Store, key: str) -> io.BytesIO:
    """A part's Parquet file, in memory."""
    return io.BytesIO(store.get(key))
