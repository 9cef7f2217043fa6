"""Everything that a report shows."""

from dataclasses import dataclass
from typing import Any

from fototeca.collections import Collection


@dataclass(frozen=True)
class Picture:
    """One image, small enough for a page."""

    name: str
    label: str
    source: str
    """The thumbnail itself, as a data URI."""
    predicted: str = ""
    confidence: float = 0.0
    """Probability of `predicted`, 0 to 1."""


@dataclass(frozen=True)
class Facts:
    """What a report on one training run and its competitors shows."""

    collection: Collection
    dataset: dict[str, Any]
    """dataset.json."""
    winner: dict[str, Any]
    """result.json of the run that the report is about."""
    candidates: list[dict[str, Any]]
    """result.json of every run compared, the winner among them."""
    reasons: list[str]
    """Why the winner won, in sentences."""
    history: dict[str, list[float]]
    """history.json: curves by epoch, under Keras' names (loss, val_loss, accuracy, val_accuracy)."""
    refusals: dict[str, int]
    """How many files were refused for which reason, the commonest first."""
    warnings: list[str]
    """What validation reported without stopping the run."""
    mistakes: list[Picture]
    """The most confident wrong predictions on the test split."""
    examples: dict[str, list[Picture]]
    """A few training images of each class."""

    @property
    def majority(self) -> str:
        """The label that a classifier with its eyes shut would always give."""
        counts = self.dataset["counts"]["train"]
        return str(max(counts, key=counts.__getitem__))

    @property
    def splits(self) -> list[str]:
        """The splits that the winner was measured on, the one that counts first."""
        return [split for split in ("test", "val", "train") if split in self.winner["metrics"]]
