"""What is done for rare classes: their images count more, or are drawn more often."""

import numpy as np
from numpy.typing import NDArray

from fototeca.collections.recipe import Recipe
from fototeca.learning.batches import Numbers, Rows


def image_weights(recipe: Recipe, strata: NDArray[np.int64], rows: Rows) -> Numbers:
    """How much each image counts in the loss: float32 [images], 1 on average over `rows`.

    `strata` has the class of each image of the dataset, or its decade. A class of n images gets a weight of
    n ** -balance_power.
    """
    weights = np.ones(len(strata), np.float32)
    if recipe.balance == "class_weights":
        rarity = _rarity(recipe, strata, rows)
        weights[rows] = rarity / rarity.mean()
    return weights


def draw_rows(recipe: Recipe, strata: NDArray[np.int64], rows: Rows, random: np.random.Generator) -> Rows:
    """The rows of one epoch: all of them shuffled, or as many drawn with rare classes more often."""
    if recipe.balance != "sampling":
        return random.permutation(rows)
    rarity = _rarity(recipe, strata, rows)
    return random.choice(rows, len(rows), p=rarity / rarity.sum())


def _rarity(recipe: Recipe, strata: NDArray[np.int64], rows: Rows) -> NDArray[np.float64]:
    _, place, counts = np.unique(strata[rows], return_inverse=True, return_counts=True)
    rarity: NDArray[np.float64] = (counts.astype(np.float64) ** -recipe.balance_power)[place]
    return rarity
