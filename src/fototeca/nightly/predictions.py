"""Predictions as Parquet: one row per upload.

id, name                      the image's hash, and the upload's name in the drop zone
label                         the likeliest class, or the class that the year lies in
probability, p_<class>        of the label, and of each class
abstained                     whether the probability is below the collection's threshold: the label is then a guess
year, year_low, year_high     of models that answer with years: float32, of which one decimal means something; 1929.9
                              lies in 1929, and the true year between low and high as often as the model's level says
model_version, classified_at
refused                       why the image could not be classified; what the model would have said is null then
upload, etag                  which bytes of the drop zone these were
"""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fototeca.archive.store import Store
from fototeca.collections import Collection
from fototeca.collections.years import Years
from fototeca.errors import CollectionError
from fototeca.nightly.requests import Request
from fototeca.selection.meaning import Meaning
from fototeca.serving.answers import YEARS

Columns = Mapping[str, "pa.Array[Any]"]


def answer_columns(
    requests: Sequence[Request], answers: NDArray[np.float32], meaning: Meaning, collection: Collection
) -> Columns:
    """The columns that say what the model answered, [requests, k]; rows of refused requests are null.

    Raises:
        CollectionError: the model answers with years, and neither it nor the collection says which classes they are.
    """
    refused = np.array([request.refused is not None for request in requests])
    if not meaning.in_years:
        return _class_columns(answers, refused, meaning.classes, collection.selection.threshold)
    years = meaning.years or collection.years
    if years is None:
        raise CollectionError(f"The model of {collection.name} answers with years: give the collection its `years`.")
    return _year_columns(answers, refused, years)


def build_part(requests: Sequence[Request], columns: Columns, version: int, at: datetime, prefix: str) -> pa.Table:
    """The rows of one shard: what `answer_columns` says of the requests, and which model said it of which upload."""
    return pa.table(
        {
            "id": pa.array([request.id for request in requests]),
            "name": pa.array([request.upload.removeprefix(prefix) for request in requests]),
            **columns,
            "model_version": pa.array([version] * len(requests), pa.int64()),
            "classified_at": pa.array([at] * len(requests), pa.timestamp("ms", tz="UTC")),
            "refused": pa.array([request.refused for request in requests], pa.string()),
            "upload": pa.array([request.upload for request in requests]),
            "etag": pa.array([request.etag for request in requests]),
        }
    )


def write_part(store: Store, key: str, table: pa.Table) -> None:
    """Store a part; it counts once a commit names it."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    store.put(key, buffer.getvalue())


def read_part(store: Store, key: str) -> io.BytesIO:
    """A part's Parquet file, in memory."""
    return io.BytesIO(store.get(key))


def _class_columns(
    probabilities: NDArray[np.float32], refused: NDArray[np.bool_], classes: Sequence[str], threshold: float
) -> Columns:
    best = np.where(refused, 0, np.nan_to_num(probabilities).argmax(axis=1))
    highest = probabilities[np.arange(len(probabilities)), best]
    named = {f"p_{re.sub(r'[^0-9a-z]+', '_', label.lower())}": i for i, label in enumerate(classes)}
    return {
        "label": pa.array([classes[i] for i in best], mask=refused),
        "probability": pa.array(highest, mask=refused),
        "abstained": pa.array(highest < threshold, mask=refused),
        **{name: pa.array(probabilities[:, i], mask=refused) for name, i in named.items()},
    }


def _year_columns(answers: NDArray[np.float32], refused: NDArray[np.bool_], years: Years) -> Columns:
    labels: list[Any] = [years.label_of(year) for year in answers[:, 0].tolist()]
    numbers = {name: pa.array(answers[:, i], mask=refused) for i, name in enumerate(YEARS)}
    return {**numbers, "label": pa.array(labels, mask=refused)}
