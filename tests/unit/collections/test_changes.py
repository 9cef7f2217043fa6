"""Values of a recipe as words of a command."""

from typing import Any

import pytest

from fototeca.collections.changes import read_change, write_change
from fototeca.collections.recipe import Recipe
from fototeca.errors import SettingsError


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("epochs=3", 3),
        ("learning_rate=1e-3", 0.001),
        ("mixed_precision=off", "off"),
        ("feature_cache=false", False),
        ("augmentations=[flip, blur]", ["flip", "blur"]),
        ("augmentations=[]", []),
        ("views=8", 8),
        ("weights=s3://bucket/a=b.h5", "s3://bucket/a=b.h5"),
    ],
)
def test_a_word_is_read_as_the_recipe_means_it(word: str, value: Any) -> None:
    name = word.partition("=")[0]
    assert read_change(word) == (name, value)
    assert getattr(Recipe.model_validate({name: value}), name) == (tuple(value) if isinstance(value, list) else value)


def test_a_value_out_of_range_is_left_to_the_recipe_to_refuse() -> None:
    assert read_change("views=3") == ("views", 3)


@pytest.mark.parametrize("word", ["epoch=3", "epochs", "=3"])
def test_another_name_is_an_error_that_lists_the_names(word: str) -> None:
    with pytest.raises(SettingsError, match=f"'{word}' is no NAME=VALUE.*balance.*weights"):
        read_change(word)


@pytest.mark.parametrize(("word", "complaint"), [("epochs=", "no value"), ("augmentations=[flip", "no YAML")])
def test_nothing_readable_after_the_equals_sign_is_an_error(word: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        read_change(word)


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(augmentations=("flip", "grey"), views=8, learning_rate=1e-5)])
def test_every_value_comes_back_from_the_word_that_it_is_written_as(recipe: Recipe) -> None:
    words = [write_change(name, value) for name, value in recipe.model_dump().items()]
    assert Recipe.model_validate(dict(map(read_change, words))) == recipe
