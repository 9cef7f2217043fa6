"""The metrics of answers that are classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.measuring.calibration import (
    BINS,
    bin_places,
    expected_calibration_error,
    log_loss,
    losses,
    reliability,
)
from fototeca.measuring.resampling import Floats, count_groups, interval, resample_totals

SINGLE = ("accuracy", "macro_f1", "top2", "log_loss", "ece")
BY_CLASS = ("precision", "recall", "f1")


def measure_classes(
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    groups: Sequence[str],
    classes: Sequence[str],
    majority: int,
    *,
    uncalibrated: NDArray[np.float32] | None = None,
    threshold: float = 0.9,
    seed: int = 7,
) -> dict[str, Any]:
    """The metrics of one split, ready for JSON.

    Args:
        labels: true class of each image, [N].
        probabilities: of each class, calibrated, [N, classes].
        groups: observation or series of each image; intervals (95 %) come from resampling whole groups.
        classes: names, by place.
        majority: the commonest class in training; `majority_…` is what always answering it would reach.
        uncalibrated: probabilities before calibration, to be compared.
        threshold: confidence from which on an answer is given; below it the network abstains.
        seed: of the resampling.

    `macro_f1` is the mean over the classes that the split holds. `confusion` has a row per true class and a column
    per answer. What can't be known (recall of an absent class, intervals from a single group) is None.
    """
    if not len(labels):
        raise ValueError("There are no images to measure.")
    values = _per_image(labels, probabilities, threshold)
    found = {name: value[0] for name, value in _metrics(values.sum(axis=0)[None], len(classes)).items()}
    resampled = _metrics(resample_totals(values, groups, seed), len(classes))
    resampled["ece"] = np.maximum(resampled["ece"] - resampled["ece"].mean() + found["ece"], 0)
    count = count_groups(groups)
    intervals = {name: interval(of_resamples, count) for name, of_resamples in resampled.items()}
    answers = probabilities.argmax(axis=1)
    confusion = np.bincount(labels * len(classes) + answers, minlength=len(classes) ** 2).reshape(len(classes), -1)
    baseline = _always(labels, majority)
    return {
        "images": len(labels),
        "groups": count,
        **{name: float(found[name]) for name in SINGLE},
        **baseline,
        "confusion": confusion.tolist(),
        "by_class": [_of_class(place, name, confusion, found, intervals) for place, name in enumerate(classes)],
        "threshold": {
            "at": threshold,
            "coverage": float(found["threshold_coverage"]),
            "accuracy": _known(found["threshold_accuracy"]),
            "images": round(float(found["threshold_coverage"]) * len(labels)),
        },
        "reliability": reliability(labels, probabilities),
        "uncalibrated": None if uncalibrated is None else _uncalibrated(labels, uncalibrated),
        "intervals": {name: intervals[name] for name in (*SINGLE, "threshold_coverage", "threshold_accuracy")},
    }


def macro_f1(right: Floats, truths: Floats, answers: Floats) -> Floats:
    """Macro-F1 from counts by class, each [..., classes]: of right answers, of images, and of answers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = np.where(truths > 0, 2 * right / (truths + answers), 0)
    return np.asarray(f1.sum(axis=-1) / (truths > 0).sum(axis=-1))


def _per_image(labels: NDArray[np.int64], probabilities: NDArray[np.float32], threshold: float) -> Floats:
    """What is added up: a row per image, in the order that `_metrics` takes apart."""
    one_hot, bin_hot = np.eye(probabilities.shape[1]), np.eye(BINS)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    answers, confidence = order[:, 0], probabilities.max(axis=1).astype(np.float64)
    right, sure = answers == labels, confidence >= threshold
    truth = one_hot[labels]
    single = [(order[:, :2] == labels[:, None]).any(axis=1), losses(labels, probabilities), sure, sure & right]
    gap = bin_hot[bin_places(confidence)] * (confidence - right)[:, None]
    return np.hstack([truth * right[:, None], truth, one_hot[answers], gap, np.stack(single, axis=1)])


def _metrics(totals: Floats, classes: int) -> dict[str, Floats]:
    """The metrics of totals [R, m]: each [R], and those by class under `recall 0` and so on; NaN if unknown."""
    parts = np.split(totals, np.cumsum([classes, classes, classes, BINS]), axis=1)
    right, truths, answers, gap, single = parts
    images = truths.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_class = {
            "precision": right / answers,
            "recall": right / truths,
            "f1": np.where(truths > 0, 2 * right / (truths + answers), np.nan),
        }
        threshold_accuracy = single[:, 3] / single[:, 2]
    return {
        "accuracy": right.sum(axis=1) / images,
        "macro_f1": macro_f1(right, truths, answers),
        "top2": single[:, 0] / images,
        "log_loss": single[:, 1] / images,
        "ece": np.abs(gap).sum(axis=1) / images,
        "threshold_coverage": single[:, 2] / images,
        "threshold_accuracy": threshold_accuracy,
    } | {f"{name} {place}": values[:, place] for name, values in by_class.items() for place in range(classes)}


def _of_class(
    place: int, name: str, confusion: NDArray[np.int64], found: dict[str, Any], intervals: dict[str, Any]
) -> dict[str, Any]:
    return {
        "label": name,
        "images": int(confusion[place].sum()),
        "predicted": int(confusion[:, place].sum()),
        **{metric: _known(found[f"{metric} {place}"]) for metric in BY_CLASS},
        "intervals": {metric: intervals[f"{metric} {place}"] for metric in BY_CLASS},
    }


def _always(labels: NDArray[np.int64], majority: int) -> dict[str, float]:
    share, held = float((labels == majority).mean()), len(np.unique(labels))
    return {"majority_accuracy": share, "majority_macro_f1": 2 * share / (share + 1) / held}


def _uncalibrated(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, Any]:
    return {
        "log_loss": log_loss(labels, probabilities),
        "ece": expected_calibration_error(labels, probabilities),
        "reliability": reliability(labels, probabilities),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
