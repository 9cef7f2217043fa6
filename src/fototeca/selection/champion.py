"""The network in force, as the one to beat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fototeca.archive.encoded import as_decodable
from fototeca.archive.manifest import read_manifest
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context, Progress
from fototeca.selection.answers import Answers, read_answers
from fototeca.selection.candidates import Kind, kind_of
from fototeca.selection.ledger import in_force
from fototeca.selection.publishing import read_result
from fototeca.serving.client import open_client

BATCH = 64
"""Images per request."""


@dataclass(frozen=True)
class Champion:
    """The version in force, and the run that it is."""

    version: int
    architecture: str
    run: str
    dataset: str
    task: str
    classes: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What it answers."""
        return kind_of(self.task)

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"version {self.version} ({self.architecture}, run {self.run})"


@dataclass(frozen=True)
class Said:
    """What the champion says of those validation images that it did not learn from."""

    fair: NDArray[np.bool_]
    """Which of the images these are."""
    answers: NDArray[Any]
    """On them, in their order."""
    asked: int
    """How many of them the model server was asked about."""


def read_champion(context: Context, collection: str) -> Champion | None:
    """The network in force, if one ever was.

    Raises:
        NothingToDeploy: the run that it came from is no longer in the archive.
    """
    entry = in_force(context.store, collection)
    if entry is None:
        return None
    result = read_result(context.store, collection, entry.architecture, entry.run)
    task = result.get("task", "classification")
    return Champion(entry.version, entry.architecture, entry.run, entry.dataset, task, tuple(result["classes"]))


def ask_champion(
    context: Context, collection: str, champion: Champion, dataset: str, images: Answers, progress: Progress
) -> Said:
    """What the champion says of validation images of a dataset.

    Its training left answers on the images of its own dataset. Of another dataset, those that it learned from are
    left out, and with them the images of the same groups; those that it never saw are sent to the model server.

    Raises:
        ServingUnavailable: the model server has to be asked, and does not answer.
    """
    known = read_answers(context.store, collection, champion.architecture, champion.run, champion.kind)
    fair = np.ones(len(images.ids), bool)
    if champion.dataset != dataset:
        learned = known.of("train")
        fair = ~(np.isin(images.ids, learned.ids) | np.isin(images.groups, learned.groups))
    ids = images.ids[fair]
    said: dict[str, Any] = dict(zip(known.ids.tolist(), known.answers.tolist(), strict=True))
    unseen = [one for one in ids.tolist() if one not in said]
    said |= _predict(context, collection, champion, dataset, unseen, progress)
    return Said(fair, np.array([said[one] for one in ids.tolist()], known.answers.dtype.type), len(unseen))


def _predict(
    context: Context, collection: str, champion: Champion, dataset: str, ids: list[str], progress: Progress
) -> dict[str, Any]:
    if not ids:
        return {}
    table = read_manifest(context.store, collection, dataset, context.scratch, ["id", "shard", "offset", "bytes"])
    rows = table.filter(pc.is_in(table["id"], pa.array(ids))).sort_by([("shard", "ascending"), ("offset", "ascending")])
    said: list[Any] = []
    with open_client(context.settings) as client:
        for some in client.predict_all(collection, champion.version, _images(context, collection, rows), champion.task):
            matrix = some.answers
            classes = np.array(champion.classes)
            said += classes[matrix.argmax(axis=1)].tolist() if champion.kind == "class" else matrix[:, 0].tolist()
            progress(len(said), len(ids), f"asking {champion.name} about images that it never saw")
    asked: list[Any] = rows["id"].to_pylist()
    return dict(zip(asked, said, strict=True))


def _images(context: Context, collection: str, rows: pa.Table) -> Iterator[list[bytes]]:
    """The encoded images of a manifest's rows, in batches."""
    for start in range(0, len(rows), BATCH):
        yield [
            as_decodable(
                read_image(
                    fetch_shard(context.store, collection, row["shard"], context.scratch), row["offset"], row["bytes"]
                )
            )
            for row in rows.slice(start, BATCH).to_pylist()
        ]
