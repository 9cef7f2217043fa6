"""Everything that the page of a run, and that of a comparison, show."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fototeca.collections import Collection
from fototeca.report.figures import dates

Outcome = Literal["promote", "keep", "nothing"]
Named = tuple[str, str]
"""An architecture and a run of it."""


@dataclass(frozen=True)
class Picture:
    """One image, small enough for a page."""

    name: str
    source: str
    """The thumbnail itself, as a data URI."""
    truth: str
    """Its label, or its year."""
    said: str = ""
    """What the network says."""
    sure: str = ""
    """How sure it is: a probability, or the years between which it lies."""


@dataclass(frozen=True)
class RunFacts:
    """What the page of one training run shows."""

    collection: Collection
    dataset: dict[str, Any]
    """dataset.json."""
    result: dict[str, Any]
    """result.json."""
    history: dict[str, Any]
    """history.json: curves by epoch, and the phases of training."""
    champion: dict[str, Any] | None
    """result.json of the network in force when this one was compared, where there was another."""
    warnings: list[str]
    """What validation reported without stopping the run."""
    mistakes: list[Picture]
    """The most confident wrong predictions, or the widest errors, on the split that counts."""
    doubtful: list[Picture]
    """Some photographs of doubtful year, with what the network says."""
    doubtful_images: int
    """How many of them there are."""
    overlays: list[Picture]
    """Images with what the network looked at (Grad-CAM)."""
    years: NDArray[np.float64]
    """[2, N]: true and predicted years of the split that counts; empty where classes were learned."""

    @property
    def dates(self) -> bool:
        """Whether the network answers with a year."""
        return dates(self.result)

    @property
    def splits(self) -> list[str]:
        """The splits that the run was measured on, the one that counts first."""
        return [split for split in ("test", "val", "train") if split in self.result["metrics"]]

    @property
    def majority(self) -> str:
        """The label that a classifier with its eyes shut would always give."""
        counts = self.dataset["counts"]["train"]
        return str(max(counts, key=counts.__getitem__))


@dataclass(frozen=True)
class Comparison:
    """What the page that compares runs on one dataset shows."""

    collection: Collection
    dataset: dict[str, Any]
    """dataset.json."""
    candidates: list[dict[str, Any]]
    """result.json of every run compared, the best first."""
    chosen: Named | None
    """The candidate that is, or stays, in force; none where none is good enough."""
    champion: Named | None
    """What was in force before."""
    outcome: Outcome | None
    """What came of it; none where nothing was decided."""
    reasons: list[str]
    """Why, in sentences."""
