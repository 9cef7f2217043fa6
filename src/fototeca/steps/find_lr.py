"""Finding a learning rate for a network, before it is trained."""

from dataclasses import dataclass
from typing import Any, Literal

from fototeca.archive.manifest import read_dataset
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import InvalidDataset
from fototeca.learning.recipe import make_recipe
from fototeca.report.rates import RateFacts, render_rates
from fototeca.steps.publish import write_page
from fototeca.steps.train import newest_dataset

Phase = Literal["frozen", "fine-tuning"]


@dataclass(frozen=True)
class FoundRate:
    """A learning rate to train with, and the curve that it was read off."""

    collection: str
    architecture: str
    dataset: str
    phase: Phase
    suggestion: float | None
    """None where the loss falls at no rate."""
    steepest: float | None
    current: float
    """What the recipe says."""
    use: str
    """How to train with the suggestion; empty where there is none."""
    steps: int
    diverged: bool
    rates: list[float]
    losses: list[float]
    smoothed: list[float]
    path: str
    """File of the page, on this machine."""


def find_lr(
    context: Context,
    collection: str,
    architecture: str,
    *,
    dataset: str | None = None,
    phase: Phase | None = None,
    steps: int | None = None,
    progress: Progress = unseen,
    **changes: Any,
) -> FoundRate:
    """Try learning rates on a network, and write the page about it. Nothing in the archive changes.

    Args:
        context: settings and archive.
        collection: name of the collection.
        architecture: name of the network.
        dataset: its version; the newest, if not given.
        phase: in which part of the training; the recipe's last, if not given.
        steps: how many rates are tried; 100, or fewer where that would take long, if not given.
        progress: told how many are tried.
        changes: values of the recipe, by name.

    Raises:
        CollectionError: no such collection or architecture.
        SettingsError: a value of the recipe is out of range, or makes no sense for the collection.
        InvalidDataset: there is no such dataset, or it can't be learned from.
        WeightsUnavailable: the weights to begin with can't be had.
        TrainingFailed: an image can't be decoded, or the loss is no number at any rate.
    """
    described = context.collection(collection)
    recipe = make_recipe(described.training, architecture, **changes)
    version = dataset or newest_dataset(context, collection)
    try:
        facts = read_dataset(context.store, collection, version)
    except ObjectAbsent as error:
        raise InvalidDataset(f"{collection} has no dataset {version!r}: {error}") from error
    chosen: Phase = phase or ("fine-tuning" if recipe.epochs else "frozen")
    from fototeca.learning.finding import find_rates  # TensorFlow takes seconds to load

    found = find_rates(context, facts, architecture, recipe, chosen, progress, steps)
    current = recipe.learning_rate if chosen == "fine-tuning" else recipe.frozen_learning_rate
    use = _use(collection, architecture, chosen, found.suggestion) if found.suggestion else ""
    path = context.reports / collection / f"find-lr-{architecture}.html"
    page = RateFacts(
        collection=described,
        dataset=version,
        synthetic=bool(facts.get("synthetic")),
        architecture=architecture,
        phase=chosen,
        rates=found.rates,
        losses=found.losses,
        smoothed=found.smoothed,
        suggestion=found.suggestion,
        steepest=found.steepest,
        current=current,
        diverged=found.diverged,
        use=use,
    )
    write_page(path, render_rates(page))
    return FoundRate(
        collection=collection,
        architecture=architecture,
        dataset=version,
        phase=chosen,
        suggestion=found.suggestion,
        steepest=found.steepest,
        current=current,
        use=use,
        steps=len(found.rates),
        diverged=found.diverged,
        rates=found.rates,
        losses=found.losses,
        smoothed=found.smoothed,
        path=str(path),
    )


def _use(collection: str, architecture: str, phase: Phase, rate: float) -> str:
    name = "learning_rate" if phase == "fine-tuning" else "frozen_learning_rate"
    return (
        f"fototeca train {collection} --architecture {architecture} --set {name}={rate:.2g}\n"
        f"training: {{recipes: {{{architecture}: {{{name}: {rate:.2g}}}}}}}  # or so in the YAML of {collection}"
    )
