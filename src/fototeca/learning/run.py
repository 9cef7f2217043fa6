"""A training run from dataset to published model."""

import hashlib
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from fototeca.archive import keys
from fototeca.archive.encoded import as_decodable
from fototeca.collections import Collection
from fototeca.collections.recipe import Recipe
from fototeca.context import Context, Progress
from fototeca.learning.architectures import build, count
from fototeca.learning.augmentation import UNCHANGED, Change
from fototeca.learning.batches import Numbers, Rows, plain_batches
from fototeca.learning.calibrated import calibrate
from fototeca.learning.checkpoint import Checkpoint, TrainingState
from fototeca.learning.devices import choose_strategy, describe_device, describe_environment
from fototeca.learning.disk import on_disk
from fototeca.learning.examples import Examples
from fototeca.learning.export import check_export, export_network
from fototeca.learning.features import compute_features
from fototeca.learning.frozen import FrozenBody
from fototeca.learning.gradcam import write_explanations
from fototeca.learning.outcome import Outcome
from fototeca.learning.pixels import read_originals
from fototeca.learning.prepared import Prepared, prepare
from fototeca.learning.recipe import REVISION
from fototeca.learning.tracking import Tracker, open_tracking
from fototeca.learning.training import Lesson, make_predict, predict_all, train_network

GOLDEN = 8
"""Images whose answers are published, for the model server to be held to."""


@dataclass(frozen=True)
class Request:
    """What is to be trained."""

    facts: dict[str, Any]
    """dataset.json of the dataset."""
    architecture: str
    run: str
    recipe: Recipe

    @property
    def collection(self) -> str:
        """Name of the collection."""
        return str(self.facts["collection"])

    def key(self, name: str = "") -> str:
        """Key of one of the run's objects."""
        return keys.model(self.collection, self.architecture, self.run, name)


def train_and_publish(context: Context, request: Request, progress: Progress) -> dict[str, Any]:
    """Train, calibrate, measure and export; publish everything, `result.json` last. Returns that record.

    Raises:
        CollectionError: no architecture has that name.
        InvalidDataset: the dataset can't be learned from.
        WeightsUnavailable: the weights to begin with can't be had.
        TrainingFailed: an image can't be decoded, the loss is no longer a number, or the export answers otherwise.
        DiskFull: there is no room for what training keeps on this machine.
    """
    with on_disk(context.settings.home), open_tracking(context, request) as tracker:
        result = _train_and_publish(context, request, progress, tracker)
        tracker.finish(result)
    return result


def _train_and_publish(context: Context, request: Request, progress: Progress, tracker: Tracker) -> dict[str, Any]:
    began = time.monotonic()
    recipe, facts = request.recipe, request.facts
    collection = context.collection(request.collection)
    folder = context.scratch / "training"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{request.run}-", dir=folder) as name:
        own = Path(name)
        checkpoint = Checkpoint(context.store, request.key("checkpoint/state.npz"), own)
        with choose_strategy().scope():
            ready = prepare(context, facts, request.architecture, recipe, progress)
            examples, parameters = ready.examples, count(ready.network)
            body = _freeze(context, ready, recipe, progress)
            lesson = Lesson(examples, ready.objective, recipe, progress, tracker.epoch)
            state = train_network(ready.network, lesson, body, checkpoint)
        network = _in_full_precision(ready)
        outcome = _measure(network, ready, request, collection, progress)
        export_network(network, outcome.calibrated, recipe.views, own / "saved_model")
        golden = _golden_rows(examples)
        originals = dict(read_originals(context, request.collection, examples.table.take(golden)))
        images = [as_decodable(originals[place]) for place in range(len(golden))]
        latency = check_export(own / "saved_model", images, outcome.answers[golden], recipe.task)
        files = _upload(context, own, request.key())
        write_explanations(context, request, network, outcome)
        outcome.write_predictions(own / "predictions.parquet")
        context.store.upload(own / "predictions.parquet", request.key("predictions.parquet"))
    seconds = round(time.monotonic() - began, 1)
    result = {
        "collection": request.collection,
        "architecture": request.architecture,
        "run": request.run,
        "dataset": facts["dataset"],
        "task": recipe.task,
        "classes": facts["classes"],
        "years": collection.years.model_dump() if collection.years else None,
        "metrics": outcome.metrics(),
        "slices": outcome.slices(),
        "calibration": outcome.calibrated.figures,
        "weights": asdict(ready.origin) if ready.origin else None,
        "parameters": asdict(parameters),
        "latency_ms": round(latency, 3),
        "bytes": sum(file["bytes"] for file in files.values()),
        "files": files,
        "recipe": recipe.model_dump(mode="json"),
        "revision": REVISION,
        "environment": describe_environment(),
        "cost": {"seconds": seconds, "device": describe_device()},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
    }
    context.store.put_json(request.key("metrics.json"), result["metrics"])
    context.store.put_json(request.key("history.json"), _history(state))
    context.store.put_json(request.key("golden.json"), _golden(examples, golden, outcome.answers))
    context.store.put_json(request.key("result.json"), result)
    checkpoint.delete()
    return result


def _freeze(context: Context, ready: Prepared, recipe: Recipe, progress: Progress) -> FrozenBody:
    backbone, examples, features = ready.network.get_layer("backbone"), ready.examples, None
    if recipe.frozen_epochs and recipe.feature_cache:
        wanted = [(examples.rows("train"), recipe.frozen_views), (examples.rows("val"), 1)]
        features = compute_features(context.scratch / "features", backbone, examples, wanted, progress)
    return FrozenBody(backbone, examples, features, recipe.frozen_views, recipe.batch_size)


def _in_full_precision(ready: Prepared) -> keras.Model:
    """The same network in 32 bits, on one device: what is measured and served."""
    plain = build(ready.architecture, ready.head)
    plain.set_weights(ready.network.get_weights())
    return plain


def _measure(
    network: keras.Model, ready: Prepared, request: Request, collection: Collection, progress: Progress
) -> Outcome:
    recipe, examples = request.recipe, ready.examples
    answer = make_predict(network, recipe.views)

    def outputs_of(rows: Rows, change: Change, what: str) -> Numbers:
        batches = plain_batches(examples.pixels, rows, recipe.batch_size, [change] * len(rows))
        return predict_all(answer, batches, lambda done: progress(done, len(rows), what))

    rows = np.arange(len(examples.labels))
    outputs = outputs_of(rows, UNCHANGED, f"measuring {request.architecture}")
    watched = examples.rows("val")
    calibrated = calibrate(ready.objective, outputs[watched], watched)
    grey = None
    if network.input_shape[-1] > 1 and set(examples.table["mode"].to_pylist()) - {"L"}:
        grey = outputs_of(examples.rows("test"), Change(grey=True), f"measuring {request.architecture} without colour")
    label_of = collection.years.label_of if collection.years else str
    threshold = collection.selection.threshold
    return Outcome(examples, request.facts["classes"], label_of, threshold, calibrated, outputs, grey)


def _history(state: TrainingState) -> dict[str, Any]:
    phases = [{"name": name, "epochs": epochs} for name, epochs in state.phases.items()]
    return {**state.history, "phases": phases}


def _golden_rows(examples: Examples) -> Rows:
    held_out = np.flatnonzero(examples.splits != "train")
    return np.unique(held_out[np.linspace(0, len(held_out) - 1, GOLDEN).astype(int)])


def _golden(examples: Examples, rows: Rows, answers: Numbers) -> list[dict[str, Any]]:
    images = examples.table.select(["id", "name", "shard", "offset", "bytes"]).take(rows).to_pylist()
    return [image | {"answers": answers[row].tolist()} for image, row in zip(images, rows, strict=True)]


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
