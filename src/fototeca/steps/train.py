"""Train one network on one dataset."""

from dataclasses import dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import read_dataset
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import InvalidDataset
from fototeca.learning import recipe as recipes


@dataclass(frozen=True)
class TrainingRun:
    """A finished training; `metrics` has a record for each split."""

    collection: str
    architecture: str
    dataset: str
    run: str
    task: str
    metrics: dict[str, dict[str, Any]]
    already_done: bool


def train(
    context: Context,
    collection: str,
    architecture: str,
    *,
    dataset: str | None = None,
    progress: Progress = unseen,
    **changes: Any,
) -> TrainingRun:
    """Train a network, measure it on every split, and publish it with a SavedModel for the model server.

    `changes` are values of the recipe, by name. The same request is trained once: a finished run is returned as it is,
    and one that was killed goes on from its last epoch, on any machine.

    Raises:
        CollectionError: no such collection or architecture.
        SettingsError: a value of the recipe is out of range, or makes no sense for the collection.
        InvalidDataset: the dataset was not validated, or can't be learned from.
        WeightsUnavailable: the weights to begin with can't be had.
        TrainingFailed: an image can't be decoded, or the loss is no longer a number.
    """
    training = context.collection(collection).training
    dataset = dataset or newest_dataset(context, collection)
    recipe = recipes.make_recipe(training, architecture, **changes)
    run = recipes.run_id(dataset, architecture, recipe)
    result = _finished(context, collection, architecture, run)
    already_done = result is not None
    if result is None:
        _refuse_unchecked(context, collection, dataset)
        from fototeca.learning.run import Request, train_and_publish  # TensorFlow takes seconds to load

        facts = read_dataset(context.store, collection, dataset)
        result = train_and_publish(context, Request(facts, architecture, run, recipe), progress)
    return TrainingRun(collection, architecture, dataset, run, recipe.task, result["metrics"], already_done)


def run_id(context: Context, collection: str, architecture: str, *, dataset: str, **changes: Any) -> str:
    """The run that `train` would make or find, with the same arguments."""
    recipe = recipes.make_recipe(context.collection(collection).training, architecture, **changes)
    return recipes.run_id(dataset, architecture, recipe)


def newest_dataset(context: Context, collection: str) -> str:
    """The dataset version that was ingested last.

    Raises:
        InvalidDataset: there is none.
    """
    record = AppendLog(context.store, keys.dataset_log(collection)).last()
    if record is None:
        raise InvalidDataset(f"{collection} has no dataset yet: run `fototeca ingest {collection} SOURCE` first.")
    return str(record["dataset"])


def _finished(context: Context, collection: str, architecture: str, run: str) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = context.store.get_json(keys.model(collection, architecture, run, "result.json"))
    except ObjectAbsent:
        return None
    return record


def _refuse_unchecked(context: Context, collection: str, dataset: str) -> None:
    try:
        outcome = context.store.get_json(keys.dataset(collection, dataset, "validation.json"))
    except ObjectAbsent as error:
        raise InvalidDataset(
            f"Dataset {dataset} of {collection} was never checked: run `fototeca validate {collection}` first."
        ) from error
    if not outcome["passed"]:
        raise InvalidDataset(f"Dataset {dataset} of {collection} failed its checks: {'; '.join(outcome['failures'])}")
