"""A training run from dataset to published model."""

import hashlib
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.archive.encoded import as_decodable
from fototeca.context import Context, Progress
from fototeca.errors import InvalidDataset
from fototeca.learning.architectures import build, count, find
from fototeca.learning.checkpoint import Checkpoint
from fototeca.learning.examples import Examples, open_examples
from fototeca.learning.export import check_export, export_network
from fototeca.learning.measuring import measure
from fototeca.learning.pixels import read_originals
from fototeca.learning.recipe import Recipe
from fototeca.learning.training import predict, train_network

GOLDEN = 8
"""Images whose probabilities are published, for the model server to be held to."""


def train_and_publish(
    context: Context, facts: dict[str, Any], architecture: str, run: str, recipe: Recipe, progress: Progress
) -> dict[str, Any]:
    """Train on the dataset that `facts` (its dataset.json) describes; publish everything, `result.json` last.

    Returns that record.

    Raises:
        CollectionError: no architecture has that name.
        InvalidDataset: the dataset can't be learned from.
        TrainingFailed: an image can't be decoded, the loss is no longer a number, or the export answers otherwise.
    """
    began = time.monotonic()
    collection, dataset, classes = facts["collection"], facts["dataset"], facts["classes"]
    shape = find(architecture).input_shape
    examples = open_examples(context, collection, dataset, classes, shape, progress)
    _refuse_unlearnable(examples, f"Dataset {dataset} of {collection}")
    keras.utils.set_random_seed(recipe.seed)
    network = build(find(architecture), len(classes))
    folder = context.scratch / "training"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{run}-", dir=folder) as name:
        own = Path(name)
        key = keys.model(collection, architecture, run)
        checkpoint = Checkpoint(context.store, f"{key}checkpoint/state.npz", own)
        history = train_network(network, examples, recipe, checkpoint, progress)
        progress(0, None, f"measuring {architecture}")
        probabilities = predict(network, examples, np.arange(len(examples.labels)), recipe.batch_size)
        export_network(network, own / "saved_model")
        golden = _golden_rows(examples)
        originals = dict(read_originals(context, collection, examples.table.take(golden)))
        images = [as_decodable(originals[place]) for place in range(len(golden))]
        check_export(own / "saved_model", images, probabilities[golden])
        files = _upload(context, own, key)
        _write_predictions(examples, probabilities, classes, own / "predictions.parquet")
        context.store.upload(own / "predictions.parquet", f"{key}predictions.parquet")
    result = {
        "collection": collection,
        "architecture": architecture,
        "run": run,
        "dataset": dataset,
        "classes": classes,
        "metrics": _metrics(examples, probabilities),
        "parameters": asdict(count(network)),
        "files": files,
        "recipe": asdict(recipe),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
    }
    context.store.put_json(f"{key}metrics.json", result["metrics"])
    context.store.put_json(f"{key}history.json", history)
    context.store.put_json(f"{key}golden.json", _golden(examples, golden, probabilities))
    context.store.put_json(f"{key}result.json", result)
    checkpoint.delete()
    return result


def _refuse_unlearnable(examples: Examples, what: str) -> None:
    for split in ("train", "val"):
        if not len(examples.rows(split)):
            raise InvalidDataset(f"{what} has no images in the split {split!r}; it needs some in train and val.")
    if len(np.unique(examples.labels[examples.rows("train")])) < 2:
        raise InvalidDataset(f"{what} has only one class among its training images; there is nothing to tell apart.")


def _metrics(examples: Examples, probabilities: NDArray[np.float32]) -> dict[str, Any]:
    majority = int(np.bincount(examples.labels[examples.rows("train")]).argmax())
    measured = {split: examples.rows(split) for split in ("train", "val", "test")}
    return {
        split: measure(examples.labels[rows], probabilities[rows], majority)
        for split, rows in measured.items()
        if len(rows)
    }


def _golden_rows(examples: Examples) -> NDArray[np.int64]:
    held_out = np.flatnonzero(examples.splits != "train")
    return np.unique(held_out[np.linspace(0, len(held_out) - 1, GOLDEN).astype(int)])


def _golden(examples: Examples, rows: NDArray[np.int64], probabilities: NDArray[np.float32]) -> list[dict[str, Any]]:
    images = examples.table.select(["id", "name", "shard", "offset", "bytes"]).take(rows).to_pylist()
    return [image | {"probabilities": probabilities[row].tolist()} for image, row in zip(images, rows, strict=True)]


def _write_predictions(examples: Examples, probabilities: NDArray[np.float32], classes: list[str], file: Path) -> None:
    table = examples.table.select(["id", "name", "group", "split", "label"])
    table = table.append_column("predicted", pa.array([classes[place] for place in probabilities.argmax(axis=1)]))
    for place in range(len(classes)):
        table = table.append_column(f"p_{place}", pa.array(probabilities[:, place]))
    pq.write_table(table, file)


def _upload(context: Context, folder: Path, key: str) -> dict[str, dict[str, Any]]:
    """Send the SavedModel; name (from `folder`), hash and size of each of its files."""
    files = {}
    for file in sorted(path for path in (folder / "saved_model").rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        context.store.upload(file, f"{key}{name}")
        files[name] = {"sha256": digest, "bytes": file.stat().st_size}
    return files
