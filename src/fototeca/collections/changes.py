"""A value of a recipe as one word of a command: `NAME=VALUE`."""

import json
from typing import Any

import yaml
from pydantic import ValidationError

from fototeca.collections.recipe import Recipe
from fototeca.errors import SettingsError


def read_change(word: str) -> tuple[str, Any]:
    """Name and value of `NAME=VALUE`, whose value is YAML: `balance=sampling`, `augmentations=[flip, blur]`.

    A value out of range is returned as it is: the recipe as a whole is what refuses it.

    Raises:
        SettingsError: a recipe has no value of that name, or nothing can be read after the equals sign.
    """
    name, equals, text = word.partition("=")
    if not equals or name not in Recipe.model_fields:
        raise SettingsError(
            f"{word!r} is no NAME=VALUE of a recipe. The names are: {', '.join(sorted(Recipe.model_fields))}."
        )
    try:  # as it is written first, since YAML takes `off` for false and 1e-3 for a text
        return name, getattr(Recipe.model_validate({name: text}), name)
    except ValidationError:
        value = _read_yaml(word, text)
    if value is None:
        raise SettingsError(f"{word!r} gives {name} no value; leave it out for the usual one.")
    return name, value


def write_change(name: str, value: Any) -> str:
    """The word from which `read_change` reads this."""
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"


def _read_yaml(word: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(f"{word!r} is no YAML after the equals sign: {error}") from error
