"""What a dataset of a collection is checked for, as plain data."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fototeca.collections import Collection
from fototeca.collections.splits import DOUBTFUL, SPLITS
from fototeca.collections.years import Years

Severity = Literal["critical", "warning"]
"""A failed critical check stops the run; a warning is only reported."""

COUNTING = 2
"""Raise it when `table` counts differently, so that what was validated before is validated again."""


@dataclass(frozen=True)
class Check:
    """One expectation on the prepared manifest."""

    name: str
    meaning: str
    """What holds of a good dataset, for people."""
    expectation: str
    """Name of the class in `great_expectations.expectations`."""
    arguments: dict[str, Any]
    severity: Severity = "critical"
    named_by: Literal["name", "label"] = "name"
    """Column that names what fails."""


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    name: str
    meaning: str
    severity: Severity
    passed: bool
    figure: str
    """What was found, such as `3 of 120 images`."""
    rows: list[str]
    """The first few images (or classes) that fail, each with the value that is wrong."""

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        rows = f" ({'; '.join(self.rows)})" if self.rows else ""
        return f"{self.name}: {self.figure}{rows}. Expected: {self.meaning}"


def checks_of(collection: Collection, split_from: str) -> tuple[Check, ...]:
    """The checks of a dataset; `split_from` is who made its splits, "source" or "fototeca".

    A leak in a split that Fototeca made is a fault; one in a published split is only reported, because results on that
    split are compared with other people's.
    """
    leak: Severity = "critical" if split_from == "fototeca" else "warning"
    dates = _dates(collection.years, collection.checks.max_doubtful_share) if collection.years else ()
    return (*_images(collection), *_labels(collection), *dates, *_splits(leak), *_origin())


def fingerprint(checks: tuple[Check, ...]) -> str:
    """Changes whenever the checks do."""
    content = json.dumps([COUNTING, *map(asdict, checks)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _images(collection: Collection) -> tuple[Check, ...]:
    limits, bounds = collection.images, collection.checks
    return (
        Check(
            "enough images",
            f"the dataset has at least {bounds.min_images} images.",
            "ExpectTableRowCountToBeBetween",
            {"min_value": bounds.min_images},
        ),
        Check(
            "readable",
            f"at most {bounds.max_refused_share:.0%} of the source was refused as unreadable or unfit.",
            "ExpectColumnMaxToBeBetween",
            {"column": "refused_share", "max_value": bounds.max_refused_share},
        ),
        Check(
            "shortest side",
            f"each image's shorter side has at least {limits.min_side} pixels.",
            "ExpectColumnValuesToBeBetween",
            {"column": "short_side", "min_value": limits.min_side},
        ),
        Check(
            "size",
            f"each image has at most {limits.max_pixels} pixels.",
            "ExpectColumnValuesToBeBetween",
            {"column": "pixels", "max_value": limits.max_pixels},
        ),
        Check(
            "mode",
            f"each image's mode is one of: {', '.join(limits.modes)}.",
            "ExpectColumnValuesToBeInSet",
            {"column": "mode", "value_set": list(limits.modes)},
        ),
    )


def _labels(collection: Collection) -> tuple[Check, ...]:
    few, labels = collection.checks.min_per_class, list(collection.labels)
    return (
        Check("labelled", "each image has a label.", "ExpectColumnValuesToNotBeNull", {"column": "label"}),
        Check(
            "known labels",
            f"each label is one of: {', '.join(collection.vocabulary)}.",
            "ExpectColumnValuesToBeInSet",
            {"column": "label", "value_set": list(collection.vocabulary)},
        ),
        Check(
            "classes to tell apart",
            "the training images have at least 2 different labels.",
            "ExpectColumnUniqueValueCountToBeBetween",
            {"column": "train_label", "min_value": 2},
        ),
        Check(
            "every class in training",
            "each class of the collection has a training image; one that has none can't be learned. Training goes on.",
            "ExpectColumnDistinctValuesToContainSet",
            {"column": "train_label", "value_set": labels},
            "warning",
        ),
        Check(
            "class counts",
            f"each class in training has at least {few} images there; from fewer it can hardly be learned. Training "
            f"goes on.",
            "ExpectColumnValuesToBeBetween",
            {"column": "training_images_of_label", "min_value": few},
            "warning",
            named_by="label",
        ),
        _present("val", "validation", "no network is chosen by how well it knows it", labels),
        _present("test", "test", "it can't be measured", labels),
    )


def _present(split: str, name: str, without: str, labels: list[str]) -> Check:
    return Check(
        f"every class in {name}",
        f"each class of the collection has a {name} image; of one that has none, {without}. Training goes on.",
        "ExpectColumnDistinctValuesToContainSet",
        {"column": f"{split}_label", "value_set": labels},
        "warning",
    )


def _dates(years: Years, doubtful: float) -> tuple[Check, ...]:
    return (
        Check("dated", "each image has a year.", "ExpectColumnValuesToNotBeNull", {"column": "year"}),
        Check(
            "years of the collection",
            f"each year is within {years.earliest} to {years.latest}.",
            "ExpectColumnValuesToBeBetween",
            {"column": "year", "min_value": years.earliest, "max_value": years.latest},
        ),
        Check(
            "year within what is known",
            "each year is one of those that the photograph may be of.",
            "ExpectColumnValuesToBeBetween",
            {"column": "years_off", "max_value": 0},
        ),
        Check(
            "doubtful dates",
            f"at most {doubtful:.0%} of the images have a doubtful date; they are kept apart, and nothing is learned "
            f"from them.",
            "ExpectColumnMaxToBeBetween",
            {"column": "doubtful_share", "max_value": doubtful},
            "warning",
        ),
    )


def _splits(leak: Severity) -> tuple[Check, ...]:
    return (
        Check(
            "known splits",
            f"each image's split is one of: {', '.join((*SPLITS, DOUBTFUL))}.",
            "ExpectColumnValuesToBeInSet",
            {"column": "split", "value_set": [*SPLITS, DOUBTFUL]},
        ),
        Check(
            "every split",
            f"each of {', '.join(SPLITS)} has images.",
            "ExpectColumnDistinctValuesToContainSet",
            {"column": "split", "value_set": list(SPLITS)},
        ),
        Check("each image once", "no two rows have the same bytes.", "ExpectColumnValuesToBeUnique", {"column": "id"}),
        _alone("no duplicate across splits", "no image is in two splits", "splits_of_id", "critical"),
        _alone(
            "no original across splits", "no original is in another split than its copies", "splits_of_original", leak
        ),
        _alone("no group across splits", "no group (observation, series) is in two splits", "splits_of_group", leak),
        _alone(
            "no look-alike across splits",
            "no two images of one label that look alike (same perceptual hash) are in two splits",
            "splits_of_look",
            "warning",
        ),
    )


def _alone(name: str, meaning: str, column: str, severity: Severity) -> Check:
    return Check(name, f"{meaning}.", "ExpectColumnValuesToBeBetween", {"column": column, "max_value": 1}, severity)


def _origin() -> tuple[Check, ...]:
    return (
        Check("shard known", "each image's shard is recorded.", "ExpectColumnValuesToNotBeNull", {"column": "shard"}),
        Check(
            "place in the shard",
            "each image's place in its shard is recorded.",
            "ExpectColumnValuesToNotBeNull",
            {"column": "offset"},
        ),
        Check(
            "nothing drawn among the real",
            "images drawn by a generator and real ones are not mixed.",
            "ExpectColumnUniqueValueCountToBeBetween",
            {"column": "synthetic", "max_value": 1},
        ),
    )
