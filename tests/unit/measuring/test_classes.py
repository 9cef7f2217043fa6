"""The metrics of a split of classified images, and how sure one can be of them."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from fototeca.measuring import measure_classes

CLASSES = ["crater", "dune", "other"]
KNOWN = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.95, 0.03, 0.02]], np.float32)


def guesses(labels: Any, right: Any) -> Any:
    """Probabilities of answers that are right where asked, else the next class."""
    answers = np.where(right, labels, (labels + 1) % 3)
    return (np.eye(3)[answers] * 0.7 + 0.1).astype(np.float32)


def clustered(images: int, groups: int, seed: int = 0) -> tuple[Any, Any, list[str]]:
    """Labels, right or wrong, and groups that are wholly right or wholly wrong."""
    random = np.random.default_rng(seed)
    group = np.arange(images) % groups
    return random.integers(3, size=images), (random.random(groups) < 0.8)[group], [f"g{number}" for number in group]


def width(measured: dict[str, Any], metric: str = "accuracy") -> float:
    low, high = measured["intervals"][metric]
    return float(high - low)


def test_metrics_of_known_answers() -> None:
    measured = measure_classes(np.array([0, 1, 1, 0]), KNOWN, list("abcd"), CLASSES, majority=0)
    assert (measured["images"], measured["groups"]) == (4, 4)
    assert measured["accuracy"] == 0.75
    assert measured["top2"] == 1
    assert measured["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert measured["log_loss"] == pytest.approx(-np.log([0.8, 0.3, 0.7, 0.95]).mean(), rel=1e-6)
    assert measured["confusion"] == [[2, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert measured["majority_accuracy"] == 0.5
    assert measured["majority_macro_f1"] == pytest.approx((2 / 3 + 0) / 2)
    assert measured["threshold"] == {"at": 0.9, "coverage": 0.25, "accuracy": 1.0, "images": 1}


def test_each_class_has_its_figures_and_what_can_not_be_known_is_none() -> None:
    measured = measure_classes(np.array([0, 1, 1, 0]), KNOWN, list("abcd"), CLASSES, majority=0)
    crater, dune, other = measured["by_class"]
    assert (crater["label"], crater["images"], crater["predicted"]) == ("crater", 2, 3)
    assert (crater["precision"], crater["recall"]) == (pytest.approx(2 / 3), 1)
    assert dune["intervals"]["recall"] == [0, 1]
    assert (other["images"], other["precision"], other["recall"], other["f1"]) == (0, None, None, None)
    assert other["intervals"] == {"precision": None, "recall": None, "f1": None}


def test_what_is_not_confident_enough_at_all_has_no_accuracy() -> None:
    measured = measure_classes(np.array([0, 1, 1, 0]), KNOWN, list("abcd"), CLASSES, majority=0, threshold=0.99)
    assert measured["threshold"] == {"at": 0.99, "coverage": 0.0, "accuracy": None, "images": 0}
    assert measured["intervals"]["threshold_accuracy"] is None


def test_calibration_is_shown_before_and_after() -> None:
    labels = np.array([0, 1, 1, 0])
    measured = measure_classes(labels, KNOWN, list("abcd"), CLASSES, 0, uncalibrated=np.full((4, 3), 1 / 3, np.float32))
    assert measured["uncalibrated"]["log_loss"] == pytest.approx(math.log(3))
    assert measured["uncalibrated"]["ece"] == pytest.approx(0.5 - 1 / 3)
    assert sum(each["images"] for each in measured["reliability"]) == 4


def test_a_confident_error_costs_much_but_not_everything() -> None:
    sure = np.array([[1.0, 0, 0], [1, 0, 0]], np.float32)
    assert math.isfinite(measure_classes(np.array([1, 1]), sure, ["a", "b"], CLASSES, majority=0)["log_loss"])


def test_a_single_group_says_nothing_of_how_groups_differ() -> None:
    measured = measure_classes(np.array([0, 1, 1, 0]), KNOWN, ["a"] * 4, CLASSES, majority=0)
    assert measured["accuracy"] == 0.75
    assert set(measured["intervals"].values()) == {None}


def test_images_of_one_group_are_not_counted_as_independent() -> None:
    labels, right, groups = clustered(600, 30)
    by_group = measure_classes(labels, guesses(labels, right), groups, CLASSES, majority=0)
    by_image = measure_classes(labels, guesses(labels, right), [str(n) for n in range(600)], CLASSES, majority=0)
    assert width(by_group) > 2 * width(by_image)
    assert by_group["accuracy"] == by_image["accuracy"]


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "log_loss", "ece"])
def test_intervals_shrink_with_more_groups(metric: str) -> None:
    few, many = (clustered(3 * groups, groups) for groups in (30, 1000))
    measured = [measure_classes(labels, guesses(labels, right), g, CLASSES, 0) for labels, right, g in (few, many)]
    assert width(measured[1], metric) < width(measured[0], metric) / 2


def test_an_interval_of_95_percent_holds_the_truth_about_so_often() -> None:
    held = []
    for seed in range(200):
        labels, right, groups = clustered(120, 20, seed)
        low, high = measure_classes(labels, guesses(labels, right), groups, CLASSES, 0)["intervals"]["accuracy"]
        held.append(low <= 0.8 <= high)
    assert 0.90 <= np.mean(held) <= 0.99


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 1000))
def test_any_answers_have_metrics_that_json_can_hold(images: int, groups: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    labels, probabilities = random.integers(3, size=images), random.dirichlet([0.3] * 3, images).astype(np.float32)
    names = [f"g{number}" for number in random.integers(groups, size=images)]
    measured = measure_classes(labels, probabilities, names, CLASSES, majority=2, uncalibrated=probabilities)
    json.dumps(measured, allow_nan=False)
    answers = probabilities.argmax(axis=1)
    expected = f1_score(labels, answers, labels=np.unique(labels), average="macro", zero_division=0)
    assert measured["macro_f1"] == pytest.approx(expected)
    for metric, bounds in measured["intervals"].items():
        if bounds and metric in measured:
            assert bounds[0] - 1e-9 <= bounds[1]
    assert np.sum(measured["confusion"]) == images


def test_the_same_seed_gives_the_same_intervals() -> None:
    labels, right, groups = clustered(60, 20)
    measured = [measure_classes(labels, guesses(labels, right), groups, CLASSES, 0, seed=3) for _ in range(2)]
    assert measured[0] == measured[1]


def test_no_images_can_not_be_measured() -> None:
    with pytest.raises(ValueError, match="no images"):
        measure_classes(np.array([], np.int64), np.empty((0, 3), np.float32), [], CLASSES, majority=0)
