"""Everything that the page about a dataset shows."""

from dataclasses import dataclass
from typing import Any

from fototeca.collections import Collection
from fototeca.report.data.balance import Balance, Treatment
from fototeca.report.data.learning_curve import LearningCurve
from fototeca.report.drawing import Chart
from fototeca.report.facts import Picture


@dataclass(frozen=True)
class Storage:
    """Where a dataset lies."""

    bucket: str
    shards: str
    """Prefix of the original bytes, packed."""
    manifest: str
    """Key of the table with a row for each image."""
    uploads: str
    """Prefix of the drop zone."""
    quarantine: str
    """Prefix of what was refused."""


@dataclass(frozen=True)
class Shape:
    """What the images are like."""

    sides: tuple[int, int]
    """The shortest and the longest side of all, in pixels."""
    modes: dict[str, int]
    """Images of each of Pillow's modes, the commonest first."""


@dataclass(frozen=True)
class Refusals:
    """What lies in a collection's quarantine."""

    total: int
    looked_at: int
    """Records that were read; where there are more, the rest is like these."""
    reasons: list[tuple[str, int, str]]
    """Each kind of reason, how many files have it, and the name of one; the commonest first."""


@dataclass(frozen=True)
class LookAlikes:
    """Images that are not the same bytes, yet look the same: they share a difference hash."""

    images: int
    sets: int
    across_groups: int
    """Sets whose images are of several groups."""
    across_splits: int
    """Sets whose images are in several splits: a test on them measures memory."""
    shown: list[tuple[Picture, Picture]]
    """Some pairs, those across splits first; `truth` says in which split each is."""


@dataclass(frozen=True)
class Source:
    """A part of the archive that the photographs are from."""

    name: str
    images: int
    doubtful: int
    first: int | None
    """Earliest year; none where none is known."""
    last: int | None


@dataclass(frozen=True)
class Dates:
    """What is known of the years of photographs."""

    chart: Chart
    precision: list[tuple[str, int]]
    """How exactly the year is known, and of how many photographs."""
    doubtful: int


@dataclass(frozen=True)
class DataFacts:
    """What the page about a dataset shows."""

    collection: Collection
    dataset: dict[str, Any]
    """dataset.json."""
    classes: list[str]
    storage: Storage
    shape: Shape
    counts_chart: Chart
    balance: Balance
    treatments: list[Treatment]
    curves: list[LearningCurve]
    """Empty where none was asked for."""
    features: str
    """What the curves rest on, in words."""
    refusals: Refusals
    examples: dict[str, list[Picture]]
    dates: Dates | None
    """None where no year is known."""
    sources: list[Source]
    """Empty where nothing is known of them."""
    look_alikes: LookAlikes
    warnings: list[str]

    @property
    def splits(self) -> list[str]:
        """The splits of the dataset, those that are learned from and measured on first."""
        known = ["train", "val", "test", "doubtful"]
        return [split for split in known if split in self.dataset["counts"]]
