"""The part of a form that asks for a recipe: a field for each of its values, made from the recipe's own description."""

from functools import cache
from typing import Any

from airflow.sdk import Param

from fototeca.collections import Collection
from fototeca.collections.architecture_names import ARCHITECTURE_NAMES
from fototeca.collections.recipe import Recipe
from fototeca.learning.recipe import layers

SECTIONS = {
    "Task": ("task",),
    "Pretraining": ("weights", "frozen_epochs", "frozen_learning_rate", "frozen_views", "feature_cache"),
    "Schedule": (
        "epochs",
        "patience",
        "keep",
        "batch_size",
        "learning_rate",
        "schedule",
        "layer_decay",
        "weight_decay",
        "label_smoothing",
    ),
    "Rare classes": ("balance", "balance_power", "loss"),
    "Augmentation": ("augmentations", "views"),
    "Machine": ("mixed_precision", "seed"),
}
"""Where in the form a value is asked for."""
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength")


def recipe_form(collection: Collection) -> dict[str, Param]:
    """A field for each value of a recipe; all are empty, so that only what a person sets is asked for."""
    return {
        name: recipe_field(collection, name, section=section) for section, names in SECTIONS.items() for name in names
    }


def read_recipe(form: dict[str, Any]) -> dict[str, Any]:
    """What a filled form asks for: the values that were set."""
    return {name: form[name] for name in Recipe.model_fields if form[name] is not None}


def recipe_field(collection: Collection, name: str, **more: Any) -> Param:
    """A field for one value, with what it is where nothing is set; `more` is for Airflow's page."""
    described = _describe()[name]
    kind, choices = described["type"], described.get("enum")
    schema = {bound: described[bound] for bound in BOUNDS if bound in described} | more
    if kind == "array":
        schema |= {"items": {"type": "string"}, "examples": described["items"]["enum"]}
    if kind == "boolean":  # as words: the page's switch can't be left unset
        kind, choices = "string", ["true", "false"]
    if name == "task" and not collection.years:
        choices = ["classification"]
    if choices:
        schema |= {"enum": [None, *choices], "values_display": {"null": "empty"}}
    title = name.replace("_", " ").capitalize()
    description = f"{described['description']} Empty: {_usual(collection, name)}."
    return Param(None, type=["null", kind], title=title, description=description, **schema)


@cache
def _describe() -> dict[str, Any]:
    described: dict[str, Any] = Recipe.model_json_schema()["properties"]
    return described


def _usual(collection: Collection, name: str) -> str:
    """The value that each network has where nothing is asked: `8; vgg16, resnet18: 0`."""
    networks: dict[str, list[str]] = {}
    for architecture in ARCHITECTURE_NAMES:
        value = [layer[name] for layer in layers(collection.training, architecture).values() if name in layer][-1]
        networks.setdefault(_word(value), []).append(architecture)
    most, *others = sorted(networks, key=lambda shown: -len(networks[shown]))
    return "; ".join([most, *(f"{', '.join(networks[shown])}: {shown}" for shown in others)])


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) or "none" if isinstance(value, list | tuple) else str(value)
