"""Holding datasets of dated photographs to their checks."""

from typing import Any

import pytest

from fototeca.collections import load_collection
from fototeca.context import Context
from fototeca.errors import InvalidDataset
from fototeca.steps.validate import validate

Rows = list[dict[str, Any]]
LABELS = load_collection("photos").labels


def dated(rows: Rows) -> None:
    """Each image a photograph of a year of its own; every class is in every split."""
    for number, row in enumerate(rows):
        decade = number % len(LABELS)
        year = 1863 + decade * 10 + number % 3
        row.update(label=LABELS[decade], year=year, year_low=year, year_high=year, group=f"album-{number}")
        row["split"] = ("train", "val", "test", "train", "train", "train", "train")[number // len(LABELS) % 7]


def spoiled(index: int, **values: Any) -> Any:
    def spoil(rows: Rows) -> None:
        dated(rows)
        rows[index].update(values)

    return spoil


def without(label: str, *splits: str, keep: int = 0) -> Any:
    """No image of a class in these splits, but for the first `keep`."""

    def spoil(rows: Rows) -> None:
        dated(rows)
        gone = [row for row in rows if row["label"] == label and row["split"] in splits][keep:]
        rows[:] = [row for row in rows if row not in gone]

    return spoil


def warnings(context: Context) -> dict[str, str]:
    """The warnings on a dataset that passed, by the check's name."""
    found = validate(context, "photos")
    assert found.passed
    return {warning.partition(":")[0]: warning for warning in found.warnings}


def test_a_good_dataset_of_photographs_passes(context: Context, publish: Any) -> None:
    publish(dated, collection="photos")
    assert warnings(context) == {}


@pytest.mark.parametrize(
    ("spoil", "check", "named"),
    [
        (spoiled(0, year=1862, year_low=1862), "years of the collection", "image-000.jpg: year 1862"),
        (spoiled(0, year=1992, year_high=1992), "years of the collection", "image-000.jpg: year 1992"),
        (spoiled(0, year=1869, year_high=1868), "year within what is known", "image-000.jpg: years_off 1"),
        (spoiled(0, year=None, year_low=None, year_high=None), "dated", "image-000.jpg"),
    ],
)
def test_a_wrong_year_stops_the_run(context: Context, publish: Any, spoil: Any, check: str, named: str) -> None:
    publish(spoil, collection="photos")
    with pytest.raises(InvalidDataset, match=check) as refusal:
        validate(context, "photos")
    assert named in str(refusal.value)


def test_doubtful_photographs_leak_nothing(context: Context, publish: Any) -> None:
    def spoil(rows: Rows) -> None:
        dated(rows)
        rows[0].update(split="doubtful", group=rows[14]["group"], original=rows[14]["original"])

    publish(spoil, collection="photos")
    assert warnings(context) == {}


def test_many_doubtful_dates_are_a_warning(context: Context, publish: Any) -> None:
    def spoil(rows: Rows) -> None:
        dated(rows)
        for row in [row for row in rows if row["split"] == "train"][:30]:
            row["split"] = "doubtful"

    publish(spoil, collection="photos")
    assert warnings(context)["doubtful dates"].startswith("doubtful dates: 0.25. Expected: at most 20% of the images")


def test_a_class_with_one_image_is_named_and_training_goes_on(context: Context, publish: Any) -> None:
    publish(without("1920s", "train", "val", "test", keep=1), collection="photos")
    found = warnings(context)
    assert "1920s: training_images_of_label 1" in found["class counts"]
    assert "can hardly be learned. Training goes on" in found["class counts"]
    assert "missing 1920s" in found["every class in validation"]
    assert "missing 1920s" in found["every class in test"]


def test_a_class_absent_from_validation_is_named_and_training_goes_on(context: Context, publish: Any) -> None:
    publish(without("1920s", "val"), collection="photos")
    assert warnings(context) == {
        "every class in validation": "every class in validation: missing 1920s. Expected: each class of the collection "
        "has a validation image; of one that has none, no network is chosen by how well it knows it. Training goes on."
    }


def test_a_class_absent_from_training_is_named_and_training_goes_on(context: Context, publish: Any) -> None:
    publish(without("1920s", "train"), collection="photos")
    assert "missing 1920s" in warnings(context)["every class in training"]
