"""Comparing what two answer on the same validation images."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.measuring import Difference, compare_classes, compare_years
from fototeca.selection.answers import Answers
from fototeca.selection.candidates import Kind

DECIDES: dict[Kind, str] = {"class": "macro_f1", "year": "mae"}
"""The metric that candidates are ranked by, and that a champion must be beaten in."""
COUNTED = 20
"""Images of a class from which on a lower recall counts; among fewer, two images more or less are chance."""


@dataclass(frozen=True)
class Recall:
    """How many of a class's images both found, as shares."""

    images: int
    ours: float
    theirs: float


@dataclass(frozen=True)
class Comparison:
    """How much better the challenger is than something else, on the same images."""

    against: str
    """What it was compared with, as sentences call it."""
    images: int
    groups: int
    differences: dict[str, Difference]
    """By metric: `accuracy` and `macro_f1`, or `mae`; positive is better."""
    ours: dict[str, float]
    """The challenger's `accuracy` or `mae`, on these images."""
    theirs: dict[str, float]
    """The other's."""
    recalls: dict[str, Recall]
    """By class, for networks that answer with one."""
    chosen_from: int = 1
    """How many networks the challenger is the best of, which the bounds of differences allow for."""
    left_out: int = 0
    """Validation images that were not compared, since the other had learned from them."""
    asked: int = 0
    """Images that the other had never seen, so that the model server was asked."""

    def lost(self, most: float) -> dict[str, Recall]:
        """The classes of which the challenger finds so much less that it counts."""
        return {
            label: recall
            for label, recall in self.recalls.items()
            if recall.images >= COUNTED and recall.theirs - recall.ours > most + 1e-9
        }

    def record(self) -> dict[str, Any]:
        """As JSON's types, each difference with whether it is beyond chance."""
        better = {name: {"better": difference.better} for name, difference in self.differences.items()}
        plain = asdict(self)
        return plain | {"differences": {name: plain["differences"][name] | better[name] for name in better}}


def compare(
    kind: Kind,
    challenger: Answers,
    answers: NDArray[Any],
    against: str,
    *,
    chosen_from: int = 1,
    left_out: int = 0,
    asked: int = 0,
) -> Comparison:
    """Compare the challenger's answers with others to the same images.

    `chosen_from`, `left_out` and `asked` are as in `Comparison`.
    """
    truths, ours, groups = challenger.truths, challenger.answers, challenger.groups.tolist()
    recalls: dict[str, Recall] = {}
    if kind == "class":
        names, places = np.unique(np.concatenate([truths, ours, answers]), return_inverse=True)
        labels, first, second = np.split(places, 3)
        differences = compare_classes(labels, first, second, groups, chosen_from=chosen_from)
        scores = [{"accuracy": float((each == labels).mean())} for each in (first, second)]
        recalls = {str(names[place]): _recall(place, labels, first, second) for place in np.unique(labels).tolist()}
    else:
        differences = compare_years(truths, ours, answers, groups, chosen_from=chosen_from)
        scores = [{"mae": float(np.abs(each - truths).mean())} for each in (ours, answers)]
    return Comparison(
        against=against,
        images=len(truths),
        groups=len(set(groups)),
        differences=differences,
        ours=scores[0],
        theirs=scores[1],
        recalls=recalls,
        chosen_from=chosen_from,
        left_out=left_out,
        asked=asked,
    )


def _recall(place: int, labels: NDArray[Any], first: NDArray[Any], second: NDArray[Any]) -> Recall:
    of_class = labels == place
    ours, theirs = (float((each[of_class] == place).mean()) for each in (first, second))
    return Recall(int(of_class.sum()), ours, theirs)
