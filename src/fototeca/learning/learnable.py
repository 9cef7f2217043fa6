"""Whether a dataset can be learned from with a recipe, said before anything is computed."""

from typing import Any

import numpy as np

from fototeca.collections.recipe import Recipe
from fototeca.collections.years import Years
from fototeca.errors import InvalidDataset, SettingsError
from fototeca.learning.examples import Examples


def refuse_unlearnable(examples: Examples, recipe: Recipe, facts: dict[str, Any], years: Years | None) -> None:
    """Hold examples and recipe together.

    Raises:
        SettingsError: the recipe asks for years of a collection without.
        InvalidDataset: a split is empty, or there is nothing to tell apart.
    """
    what = f"Dataset {facts['dataset']} of {facts['collection']}"
    for split in ("train", "val"):
        if not len(examples.rows(split)):
            raise InvalidDataset(f"{what} has no images in the split {split!r}; it needs some in train and val.")
    if recipe.task == "classification":
        if len(np.unique(examples.labels[examples.rows("train")])) < 2:
            raise InvalidDataset(
                f"{what} has only one class among its training images; there is nothing to tell apart."
            )
        return
    if years is None:
        raise SettingsError(
            f"The task {recipe.task} needs dated photographs, and {facts['collection']} has no `years` in its YAML; "
            "its task is classification."
        )
    dated = np.isin(examples.splits, ("train", "val", "test"))
    undated = np.flatnonzero(dated & np.isnan(examples.years))
    if len(undated):
        first = examples.table["name"][int(undated[0])].as_py()
        raise InvalidDataset(
            f"{what} has {len(undated)} images without a year, such as {first}; it needs one for each."
        )
