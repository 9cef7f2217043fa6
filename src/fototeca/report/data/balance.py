"""Whether the classes are balanced, and what a recipe does about it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fototeca.collections.recipe import Recipe


@dataclass(frozen=True)
class Balance:
    """How evenly the training images are spread over the classes."""

    absent: list[str]
    """Classes without a training image."""
    rarest: str
    commonest: str
    ratio: float
    """Images of the commonest class for each of the rarest that has any."""
    effective: float
    """How many classes of equal size would be as hard to guess: the exponential of the entropy of their shares."""


@dataclass(frozen=True)
class Treatment:
    """What a recipe does for rare classes."""

    architectures: list[str]
    words: str
    shares: dict[str, float]
    """The weight of each class in training, of 1 in all."""


def measure_balance(counts: Mapping[str, int], classes: Sequence[str]) -> Balance:
    """The balance of training images, counted by class.

    Raises:
        ValueError: there are none.
    """
    present = {label: counts[label] for label in classes if counts.get(label)}
    if not present:
        raise ValueError("There are no training images whose balance could be measured.")
    total = sum(present.values())
    entropy = -sum(count / total * math.log(count / total) for count in present.values())
    rarest, commonest = min(present, key=present.__getitem__), max(present, key=present.__getitem__)
    absent = [label for label in classes if label not in present]
    return Balance(absent, rarest, commonest, present[commonest] / present[rarest], math.exp(entropy))


def treatments(counts: Mapping[str, int], recipes: Mapping[str, Recipe]) -> list[Treatment]:
    """What the recipe of each architecture makes of the classes' shares; architectures treated alike are joined."""
    joined: dict[tuple[str, float, str], list[str]] = {}
    for architecture, recipe in recipes.items():
        key = (recipe.balance, recipe.balance_power if recipe.balance != "none" else 0.0, recipe.loss)
        joined.setdefault(key, []).append(architecture)
    return [
        Treatment(architectures, _words(balance, power, loss), _shares(counts, power))
        for (balance, power, loss), architectures in joined.items()
    ]


def _shares(counts: Mapping[str, int], power: float) -> dict[str, float]:
    """A class of n images has the weight n ** (1 - power): its images count, or are drawn, n ** -power as much."""
    weights = {label: count ** (1 - power) for label, count in counts.items() if count}
    return {label: weight / sum(weights.values()) for label, weight in weights.items()}


def _words(balance: str, power: float, loss: str) -> str:
    done = {
        "none": "Nothing: every image counts the same.",
        "class_weights": "Images of rare classes count more in the loss.",
        "sampling": "Images of rare classes are drawn more often.",
    }[balance]
    how_far = f" With balance_power {power:g}, where 1 makes all classes equal and 0 none." if power else ""
    focal = " The focal loss makes images count less that are easy already." if loss == "focal" else ""
    return f"{done}{how_far}{focal}"
