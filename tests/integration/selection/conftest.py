"""Datasets and training runs as selection finds them in a real bucket."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fototeca.archive import keys
from fototeca.archive.manifest import SCHEMA
from fototeca.collections import load_collection
from fototeca.context import Context
from fototeca.measuring import measure_classes, measure_years
from fototeca.selection.ledger import append, in_force
from tests.integration.serving.conftest import exported as exported
from tests.integration.serving.conftest import live as live
from tests.integration.serving.conftest import make_server as make_server
from tests.integration.serving.conftest import models as models
from tests.integration.serving.conftest import place as place
from tests.integration.serving.conftest import server as server
from tests.integration.serving.conftest import train as train

CLASSES = ["other", "crater", "dark dune"]
SPLITS = ("train", "val", "test")
Row = dict[str, Any]


def photograph(number: int, split: str, content: bytes = b"") -> Row:
    """An image of a dataset: three of a group; of twenty, fourteen are `other`, three craters, three dunes."""
    chance = np.random.default_rng(number)
    return {
        "id": hashlib.sha256(content or str(number).encode()).hexdigest(),
        "name": f"{number:05d}.jpg",
        "group": f"g{number // 3}",
        "split": split,
        "label": str(chance.choice(CLASSES, p=[0.7, 0.15, 0.15])),
        "source": "",
        "year": int(chance.integers(1863, 1992)),
    }


def dataset(first: int = 0, images: int = 900) -> list[Row]:
    """Images of a dataset, three of which form a group; a third each for training, validation and test."""
    return [photograph(number, SPLITS[number // 3 % 3]) for number in range(first, first + images)]


def guess(rows: list[Row], skill: float, seed: int, blind_to: str = "") -> list[str]:
    """Labels, right with this probability, or else any; a class may be taken for `other` always."""
    chance = np.random.default_rng(seed)
    drawn = [row["label"] if chance.random() < skill else str(chance.choice(CLASSES)) for row in rows]
    return ["other" if row["label"] == blind_to else label for row, label in zip(rows, drawn, strict=True)]


class Archive:
    """Puts what training leaves into a bucket."""

    def __init__(self, context: Context, collection: str = "mars") -> None:
        self.context, self.collection = context, collection

    def put_manifest(self, name: str, rows: list[Row], shard: bytes, places: dict[str, tuple[int, int]]) -> None:
        """A dataset's manifest, whose images lie in one shard."""
        sha256 = hashlib.sha256(shard).hexdigest()
        self.context.store.put(keys.shard(self.collection, sha256), shard)
        empty: Row = {field.name: None if field.nullable else _blank(field.type) for field in SCHEMA}
        full = [
            empty
            | {key: value for key, value in row.items() if key in empty}
            | {"shard": sha256, "offset": places[row["id"]][0], "bytes": places[row["id"]][1]}
            for row in rows
        ]
        self._put_table(
            keys.dataset(self.collection, name, "manifest.parquet"), pa.Table.from_pylist(full, schema=SCHEMA)
        )

    def put_run(
        self, architecture: str, run: str, rows: list[Row], answers: list[str], name: str = "d", **facts: Any
    ) -> None:
        """A run that answers with classes."""
        classes = facts.get("classes") or CLASSES
        place = {label: at for at, label in enumerate(classes)}
        labels = np.array([place[row["label"]] for row in rows])
        scores = (np.eye(len(classes))[[place[one] for one in answers]] * 0.8 + 0.1).astype(np.float32)
        scores /= scores.sum(axis=1, keepdims=True)
        splits = np.array([row["split"] for row in rows])
        metrics = {}
        for split in sorted({row["split"] for row in rows}):
            chosen = np.flatnonzero(splits == split)
            groups = [rows[at]["group"] for at in chosen]
            metrics[split] = measure_classes(labels[chosen], scores[chosen], groups, classes, majority=0)
        table = self._table(rows).append_column("predicted", pa.array(answers))
        for at in range(len(classes)):
            table = table.append_column(f"p_{at}", pa.array(scores[:, at]))
        self._put(architecture, run, table, metrics, {"task": "classification", "classes": classes} | facts, name)

    def put_dated_run(
        self, architecture: str, run: str, rows: list[Row], answers: Any, name: str = "d", **facts: Any
    ) -> None:
        """A run that answers with years."""
        years, splits = np.array([row["year"] for row in rows]), np.array([row["split"] for row in rows])
        matrix = np.stack([answers, answers - 10, answers + 10], axis=1).astype(np.float32)
        middle = float(np.median(years[splits == "train"]))
        metrics = {}
        for split in sorted({row["split"] for row in rows}):
            chosen = np.flatnonzero(splits == split)
            groups = [rows[at]["group"] for at in chosen]
            metrics[split] = measure_years(years[chosen], matrix[chosen], groups, middle)
        table = self._table(rows).append_column("year", pa.array(years, pa.int32()))
        for at, column in enumerate(("year_predicted", "year_low", "year_high")):
            table = table.append_column(column, pa.array(matrix[:, at]))
        asked = {"task": "regression", "classes": CLASSES} | facts
        self._put(architecture, run, table, metrics, asked, name)

    def promote(self, architecture: str, run: str, version: int = 1) -> None:
        """Put a run in force, as far as the ledger says so."""
        result = self.context.store.get_json(keys.model(self.collection, architecture, run, "result.json"))
        before = in_force(self.context.store, self.collection)
        append(self.context.store, self.collection, "promote", result | {"version": version}, "deployed", before)

    def _table(self, rows: list[Row]) -> pa.Table:
        names = ("id", "name", "group", "split", "label", "source")
        return pa.Table.from_pylist([{name: row[name] for name in names} for row in rows])

    def _put(
        self, architecture: str, run: str, table: pa.Table, metrics: dict[str, Any], facts: dict[str, Any], name: str
    ) -> None:
        result: Row = {"collection": self.collection, "architecture": architecture, "run": run, "dataset": name}
        result |= {"parameters": {"total": 100}, "metrics": metrics, "latency_ms": 2.0, "bytes": 1_000_000} | facts
        self._put_table(keys.model(self.collection, architecture, run, "predictions.parquet"), table)
        self.context.store.put_json(keys.model(self.collection, architecture, run, "result.json"), result)

    def _put_table(self, key: str, table: pa.Table) -> None:
        packed = io.BytesIO()
        pq.write_table(table, packed)
        self.context.store.put(key, packed.getvalue())


def _blank(kind: Any) -> Any:
    if pa.types.is_string(kind):
        return ""
    return False if pa.types.is_boolean(kind) else 0


@pytest.fixture
def archive(context: Context) -> Archive:
    """An empty archive of Mars."""
    return Archive(context)


@pytest.fixture
def limited(context: Context, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Context]:
    """The same surroundings, where the collection mars demands something: `limited(floors={"crater": 0.5})`."""

    def limit(**selection: Any) -> Context:
        import yaml

        folder = tmp_path_factory.mktemp("collections")
        mars = load_collection("mars").model_dump(mode="json", exclude_unset=True) | {"selection": selection}
        (folder / "mars.yaml").write_text(yaml.safe_dump(mars))
        return Context(context.settings.model_copy(update={"collections": folder}), context.store)

    return limit
