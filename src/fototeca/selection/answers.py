"""What networks say of the same images."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.selection.candidates import Kind


@dataclass(frozen=True)
class Answers:
    """What one network says of images, in any order; a column's places belong together."""

    ids: NDArray[Any]
    groups: NDArray[Any]
    splits: NDArray[Any]
    truths: NDArray[Any]
    """Labels (text), or years (float64; NaN where unknown)."""
    answers: NDArray[Any]
    """Of the same kind."""

    def take(self, chosen: NDArray[Any]) -> "Answers":
        """Some of the images: a mask, or places."""
        return Answers(
            self.ids[chosen], self.groups[chosen], self.splits[chosen], self.truths[chosen], self.answers[chosen]
        )

    def of(self, split: str) -> "Answers":
        """The images of a split."""
        return self.take(self.splits == split)

    def of_images(self, ids: NDArray[Any]) -> NDArray[Any]:
        """The answers on these images, all of which must be known."""
        place = {one: at for at, one in enumerate(self.ids.tolist())}
        return self.answers[[place[one] for one in ids.tolist()]]


def read_answers(store: Store, collection: str, architecture: str, run: str, kind: Kind) -> Answers:
    """What a training run left of its answers on every image of its dataset.

    Raises:
        ObjectAbsent: it left none.
    """
    content = store.get(keys.model(collection, architecture, run, "predictions.parquet"))
    truth, answer = ("label", "predicted") if kind == "class" else ("year", "year_predicted")
    table = pq.read_table(io.BytesIO(content), columns=["id", "group", "split", truth, answer])
    ids, groups, splits = (_texts(table[name].to_pylist()) for name in ("id", "group", "split"))
    column = _texts if kind == "class" else _years
    return Answers(ids, groups, splits, column(table[truth].to_pylist()), column(table[answer].to_pylist()))


def commonest(labels: NDArray[Any], classes: Sequence[str]) -> str:
    """The label that is always answered by who does not look; of equally common ones the first class."""
    counts = Counter(labels.tolist())
    return max(classes, key=lambda label: counts[label])


def _texts(column: list[Any]) -> NDArray[Any]:
    return np.array(column, dtype=np.str_)


def _years(column: list[Any]) -> NDArray[Any]:
    return np.array([np.nan if year is None else year for year in column], np.float64)
