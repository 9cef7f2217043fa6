"""What a trained network says of every image of its dataset, and how good that is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fototeca.collections.splits import SPLITS
from fototeca.learning.batches import Numbers, Rows
from fototeca.learning.calibrated import Calibrated
from fototeca.learning.examples import Examples
from fototeca.learning.objectives import Classes, softmax
from fototeca.measuring import measure_classes, measure_years

FEWEST = 10
"""Images of a source for which its figures are given."""


@dataclass(frozen=True)
class Outcome:
    """The network's outputs for a dataset."""

    examples: Examples
    classes: list[str]
    label_of: Callable[[float], str]
    """The class of a year, for answers that are years."""
    threshold: float
    """Probability from which on an answer is given."""
    calibrated: Calibrated
    outputs: Numbers
    """[images, outputs]"""
    grey: Numbers | None
    """The outputs for the test images without their colour, where they have any."""

    @cached_property
    def answers(self) -> Numbers:
        """Calibrated: [images, classes], or [images, 3]."""
        return self.calibrated.matrix(self.outputs)

    def metrics(self) -> dict[str, Any]:
        """By split."""
        rows = {split: self.examples.rows(split) for split in SPLITS}
        return {split: self._measure(some, self.outputs[some]) for split, some in rows.items() if len(some)}

    def slices(self) -> dict[str, Any]:
        """Of the test images: without their colour, and by source; what there is of it."""
        rows = self.examples.rows("test")
        found: dict[str, Any] = {}
        if self.grey is not None and len(rows):
            found["grey"] = self._measure(rows, self.grey)
        sources = np.array(self.examples.table["source"].to_pylist(), np.str_)[rows]
        names, counts = np.unique(sources, return_counts=True)
        if len(names) > 1:
            places = {
                name: rows[sources == name] for name, n in zip(names.tolist(), counts, strict=True) if n >= FEWEST
            }
            found["source"] = {name: self._measure(some, self.outputs[some]) for name, some in places.items()}
        return {"test": found}

    def write_predictions(self, file: Path) -> None:
        """Write a row for each image: what it is and what the network says, as Parquet."""
        table = self.examples.table.select(["id", "name", "group", "split", "label", "source", "year"])
        if isinstance(self.calibrated.objective, Classes):
            predicted = [self.classes[place] for place in self.answers.argmax(axis=1)]
            columns = {f"p_{place}": self.answers[:, place] for place in range(len(self.classes))}
        else:
            predicted = [self.label_of(year) for year in self.answers[:, 0].tolist()]
            columns = dict(zip(("year_predicted", "year_low", "year_high"), self.answers.T, strict=True))
        table = table.append_column("predicted", pa.array(predicted))
        for name, column in columns.items():
            table = table.append_column(name, pa.array(column))
        pq.write_table(table, file)

    def _measure(self, rows: Rows, outputs: Numbers) -> dict[str, Any]:
        answers, groups = self.calibrated.matrix(outputs), self.examples.groups[rows].tolist()
        train = self.examples.rows("train")
        if isinstance(self.calibrated.objective, Classes):
            majority = int(np.bincount(self.examples.labels[train]).argmax())
            labels = self.examples.labels[rows]
            raw = softmax(outputs)
            return measure_classes(
                labels, answers, groups, self.classes, majority, uncalibrated=raw, threshold=self.threshold
            )
        median = float(np.median(self.examples.years[train]))
        truth = self.examples.years[rows].astype(np.float64)
        return measure_years(truth, answers, groups, median, level=self.calibrated.figures["level"])
