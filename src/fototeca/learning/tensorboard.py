"""Curves of a run as TensorBoard reads them. TensorBoard itself need not be installed here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.framework.summary_pb2 import DATA_CLASS_SCALAR, DATA_CLASS_TENSOR, SummaryMetadata
from tensorflow.core.util.event_pb2 import Event

RECIPE = "recipe"


class EventLog:
    """A folder of event files, one for each process that worked on the run; a point is in one of them only."""

    def __init__(self, folder: Path, recipe: dict[str, Any]) -> None:
        """Go on in a folder, or begin it with the recipe as a table."""
        self.written = {(tag, step) for tag, step, _ in read_points(folder)}
        self.writer = tf.summary.create_file_writer(str(folder))
        rows = "".join(f"| {name} | {value} |\n" for name, value in recipe.items())
        self._write(RECIPE, 0, f"| Recipe | |\n| --- | --- |\n{rows}")
        self.writer.flush()

    def note(self, step: int, measured: dict[str, float]) -> None:
        """Write points at one step, at once, so that whoever looks sees them."""
        for name, value in measured.items():
            self._write(name, step, value)
        self.writer.flush()

    def finish(self, figures: dict[str, float]) -> None:
        """Write each figure as a curve of one point."""
        self.note(0, figures)

    def close(self, error: BaseException | None) -> None:
        """Close the file."""
        self.writer.close()

    def _write(self, tag: str, step: int, value: float | str) -> None:
        if (tag, step) in self.written:
            return
        self.written.add((tag, step))
        text = isinstance(value, str)
        metadata = SummaryMetadata(data_class=DATA_CLASS_TENSOR if text else DATA_CLASS_SCALAR)
        metadata.plugin_data.plugin_name = "text" if text else "scalars"
        with self.writer.as_default():
            tf.summary.write(tag, tf.constant([value] if text else value), step, metadata)


def read_points(folder: Path) -> Iterator[tuple[str, int, Any]]:
    """Tag, step and value of all that was written there; a record that a killed process left half is left out."""
    for file in sorted(folder.glob("events.out.tfevents.*")):
        try:
            for record in tf.data.TFRecordDataset(str(file)):
                event = Event.FromString(record.numpy())
                for value in event.summary.value:
                    yield value.tag, event.step, tf.make_ndarray(value.tensor).tolist()
        except tf.errors.DataLossError:
            continue
