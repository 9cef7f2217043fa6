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
from fototeca.learning.architectures import Architecture, Head, build, count, find
from fototeca.learning.augmentation import UNCHANGED, Change
from fototeca.learning.batches import Numbers, Rows, plain_batches
from fototeca.learning.calibrated import calibrate
from fototeca.learning.checkpoint import Checkpoint, TrainingState
from fototeca.learning.devices import choose_strategy, describe_device, describe_environment, precision
from fototeca.learning.examples import Examples, open_examples
from fototeca.learning.export import check_export, export_network
from fototeca.learning.features import compute_features
from fototeca.learning.frozen import FrozenBody
from fototeca.learning.learnable import refuse_unlearnable
from fototeca.learning.objectives import Objective, make_objective
from fototeca.learning.outcome import Outcome
from fototeca.learning.pixels import read_originals
from fototeca.learning.recipe import REVISION
from fototeca.learning.training import Lesson, make_predict, predict_all, train_network
from fototeca.learning.weights import load_weights

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
    """
    began = time.monotonic()
    recipe, facts, architecture = request.recipe, request.facts, find(request.architecture)
    examples = open_examples(context, facts, architecture.input_shape, progress)
    collection = context.collection(request.collection)
    years = collection.years
    refuse_unlearnable(examples, recipe, facts, years)
    objective = make_objective(recipe, examples, len(facts["classes"]), years.all if years else ())
    keras.utils.set_random_seed(recipe.seed)
    folder = context.scratch / "training"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{request.run}-", dir=folder) as name:
        own = Path(name)
        checkpoint = Checkpoint(context.store, request.key("checkpoint/state.npz"), own)
        with choose_strategy().scope():
            with precision(recipe):
                network = build(architecture, Head(recipe.task, objective.outputs))
            origin = load_weights(context, architecture, recipe.weights, network, progress)
            parameters = count(network)
            body = _freeze(context, network, examples, recipe, progress)
            state = train_network(network, Lesson(examples, objective, recipe, progress), body, checkpoint)
        network = _in_full_precision(network, architecture, recipe, objective)
        outcome = _measure(network, objective, examples, request, collection, progress)
        export_network(network, outcome.calibrated, recipe.views, own / "saved_model")
        golden = _golden_rows(examples)
        originals = dict(read_originals(context, request.collection, examples.table.take(golden)))
        images = [as_decodable(originals[place]) for place in range(len(golden))]
        latency = check_export(own / "saved_model", images, outcome.answers[golden])
        files = _upload(context, own, request.key())
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
        "years": years.model_dump() if years else None,
        "metrics": outcome.metrics(),
        "slices": outcome.slices(),
        "calibration": outcome.calibrated.figures,
        "weights": asdict(origin) if origin else None,
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


def _freeze(
    context: Context, network: keras.Model, examples: Examples, recipe: Recipe, progress: Progress
) -> FrozenBody:
    backbone, features = network.get_layer("backbone"), None
    if recipe.frozen_epochs and recipe.feature_cache:
        wanted = [(examples.rows("train"), recipe.frozen_views), (examples.rows("val"), 1)]
        features = compute_features(context.scratch / "features", backbone, examples, wanted, progress)
    return FrozenBody(backbone, examples, features, recipe.frozen_views, recipe.batch_size)


def _in_full_precision(
    network: keras.Model, architecture: Architecture, recipe: Recipe, objective: Objective
) -> keras.Model:
    """The same network in 32 bits, on one device: what is measured and served."""
    plain = build(architecture, Head(recipe.task, objective.outputs))
    plain.set_weights(network.get_weights())
    return plain


def _measure(
    network: keras.Model,
    objective: Objective,
    examples: Examples,
    request: Request,
    collection: Collection,
    progress: Progress,
) -> Outcome:
    recipe = request.recipe

    answer = make_predict(network, recipe.views)

    def outputs_of(rows: Rows, change: Change, what: str) -> Numbers:
        batches = plain_batches(examples.pixels, rows, recipe.batch_size, [change] * len(rows))
        return predict_all(answer, batches, lambda done: progress(done, len(rows), what))

    rows = np.arange(len(examples.labels))
    outputs = outputs_of(rows, UNCHANGED, f"measuring {request.architecture}")
    watched = examples.rows("val")
    calibrated = calibrate(objective, outputs[watched], watched)
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
