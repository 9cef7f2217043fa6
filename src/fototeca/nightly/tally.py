"""What the predictions of a night come to, in a few figures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.store import Store
from fototeca.nightly.predictions import read_part
from fototeca.serving.answers import YEARS

FIGURES = {"abstained", *YEARS}


@dataclass(frozen=True)
class Classes:
    """Answers that are classes."""

    answers: int
    abstained: int


@dataclass(frozen=True)
class Dates:
    """Answers that are years."""

    answers: int
    earliest: float
    latest: float
    interval: float
    """Median of the years from the lowest to the highest that a photograph may be of."""


def tally_night(store: Store, collection: str, prefix: str) -> Classes | Dates | None:
    """The figures of the committed night whose parts lie under `prefix`; none where nothing was answered."""
    for record in AppendLog(store, keys.prediction_log(collection)).records(newest_first=True):
        parts: list[str] = record["parts"]
        if parts and parts[0].startswith(prefix):
            return tally(pa.concat_tables([_read(store, part) for part in parts]))
    return None


def tally(predictions: pa.Table) -> Classes | Dates | None:
    """The figures of answered rows, of which the columns that are there are read; none where there are none."""
    if not len(predictions):
        return None
    if "year" in predictions.column_names:
        year, low, high = (np.asarray(predictions[name]) for name in YEARS)
        return Dates(len(year), float(year.min()), float(year.max()), float(np.median(high - low)))
    if "abstained" in predictions.column_names:
        abstained: Any = pc.sum(predictions["abstained"]).as_py()
        return Classes(len(predictions), int(abstained))
    return None


def _read(store: Store, part: str) -> pa.Table:
    """The answered rows of a part, and of its columns those that figures are made of."""
    file = pq.ParquetFile(read_part(store, part))
    columns = [name for name in file.schema_arrow.names if name in FIGURES | {"refused"}]
    table = file.read(columns=columns)
    return table.filter(pc.is_null(table["refused"])).drop_columns(["refused"])
