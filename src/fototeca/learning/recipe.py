"""How a network is trained, and the name that a training run has from it. Imports no TensorFlow."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from fototeca.collections.schema import Augmentation, Training
from fototeca.errors import SettingsError

REVISION = 1
"""Counted up when the code trains differently on the same recipe, so that runs are not taken for one another."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run's result, apart from dataset and architecture."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    seed: int
    augmentations: tuple[Augmentation, ...]
    revision: int = REVISION


def make_recipe(training: Training, **changes: int | float | None) -> Recipe:
    """The collection's recipe, with what a run asks for instead; none means the collection's own value.

    Raises:
        SettingsError: a value is out of range.
    """
    asked = {name: value for name, value in changes.items() if value is not None}
    try:
        chosen = Training.model_validate(training.model_dump() | asked)
    except ValidationError as error:
        problems = "; ".join(f"{e['loc'][0]}={e['input']!r}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"This can't be trained with: {problems}.") from error
    return Recipe(
        chosen.epochs, chosen.batch_size, chosen.learning_rate, chosen.patience, chosen.seed, chosen.augmentations
    )


def run_id(dataset: str, architecture: str, recipe: Recipe) -> str:
    """The name of a run: the same request has the same name, so that it is trained once."""
    request: dict[str, Any] = {"dataset": dataset, "architecture": architecture, "recipe": asdict(recipe)}
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
