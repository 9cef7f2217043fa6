"""What a learning curve measures, and how it is read."""

from itertools import pairwise

import numpy as np
import pytest

from fototeca.report.data.learning_curve import SHARES, LearningCurve, Point, learning_curve, nested_parts
from fototeca.report.data.reading import read_curve

RANDOM = np.random.default_rng(7)
GROUPS = np.array([f"g{number // 6}" for number in range(240)])
SPLITS = np.array(["val" if number // 6 % 4 == 0 else "train" for number in range(240)])
CLASSES = np.array(["crater", "dune"])[np.arange(240) % 2]
FEATURES = RANDOM.normal(size=(240, 8)).astype(np.float32) + 2 * (CLASSES == "dune")[:, None]


def test_parts_are_nested_and_hold_whole_groups() -> None:
    rows = np.flatnonzero(SPLITS == "train")
    parts = nested_parts(rows, GROUPS, np.random.default_rng(1))
    assert [len(part) for part in parts] == [18, 42, 90, 180]
    for smaller, larger in pairwise(parts):
        assert set(smaller) < set(larger)
    for part in parts:
        assert not set(GROUPS[part]) & set(GROUPS[np.setdiff1d(rows, part)])


def test_classes_that_can_be_told_apart_are_learned() -> None:
    curve = learning_curve(FEATURES, CLASSES, SPLITS, GROUPS)
    assert [point.share for point in curve.points] == list(SHARES)
    assert curve.points[-1].scores["accuracy"] > 0.95
    assert curve.baseline == 0.5
    assert curve.validated == 60


def test_years_are_learned_and_those_unknown_left_out() -> None:
    years = 1900 + 20 * FEATURES[:, 0].astype(np.float64)
    years[::10] = np.nan
    curve = learning_curve(FEATURES, years, SPLITS, GROUPS)
    assert curve.kind == "years"
    assert curve.points[-1].scores["mae"] < 2 < curve.baseline
    assert curve.validated == 54


def test_the_same_seed_gives_the_same_curve() -> None:
    assert learning_curve(FEATURES, CLASSES, SPLITS, GROUPS, 3) == learning_curve(FEATURES, CLASSES, SPLITS, GROUPS, 3)


@pytest.mark.parametrize("splits", [np.full(240, "train"), np.full(240, "val")])
def test_without_images_to_learn_from_or_to_measure_on_there_is_no_curve(splits: np.ndarray) -> None:
    curve = learning_curve(FEATURES, CLASSES, splits, GROUPS)
    assert curve.points == []
    assert read_curve(curve).verdict == "It can't be drawn."


def test_a_part_of_a_single_class_always_says_that_class() -> None:
    groups = np.array([f"{label}{number // 120}" for number, label in enumerate(CLASSES)])
    curve = learning_curve(FEATURES, CLASSES, SPLITS, groups)
    assert curve.points[0].low["accuracy"] == 0.5


def accuracies(half: float, whole: float, f1: tuple[float, float] = (0.6, 0.6)) -> LearningCurve:
    steps = zip((0.5, 1.0), (half, whole), f1, strict=True)
    points = [Point(share, 100, {"accuracy": a, "macro_f1": f}, {}, {}) for share, a, f in steps]
    return LearningCurve("classes", points, baseline=0.5, noise=0.01, validated=500)


@pytest.mark.parametrize(
    ("curve", "verdict"),
    [
        (accuracies(0.70, 0.75), "still rising"),
        (accuracies(0.75, 0.755), "has levelled off: more images"),
        (accuracies(0.75, 0.755, (0.5, 0.6)), "more images of rare classes"),
        (accuracies(0.49, 0.505), "Next to nothing is learned"),
    ],
)
def test_a_curve_is_read_by_whether_its_last_step_is_more_than_chance(curve: LearningCurve, verdict: str) -> None:
    assert verdict in read_curve(curve).verdict


@pytest.mark.parametrize(
    ("half", "whole", "verdict"),
    [(12, 8, "still falling"), (8.1, 8, "has levelled off"), (18, 17.7, "Next to nothing about dates")],
)
def test_a_curve_over_years_is_read_alike(half: float, whole: float, verdict: str) -> None:
    points = [Point(share, 100, {"mae": mae}, {}, {}) for share, mae in ((0.5, half), (1.0, whole))]
    assert verdict in read_curve(LearningCurve("years", points, baseline=17.9, noise=1.0, validated=30)).verdict
