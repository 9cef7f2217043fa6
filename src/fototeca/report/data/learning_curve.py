"""How much is enough: what a simple model reaches on a part of the training images, and on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

SHARES = (0.1, 0.25, 0.5, 1.0)
DRAWS = 3
"""Times that each part is drawn: one small part says little."""
REGULARIZATION = 0.003
"""Inverse strength of the logistic regression. On standardized EfficientNet-Lite0 features of 3,446 landmarks of Mars,
0.001 to 0.01 are equally good; the usual 1 is 4 points worse."""
STRENGTHS = np.logspace(0, 5, 11)
"""Among which ridge regression chooses by leaving one out."""

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Scores = dict[str, float]
"""`accuracy` and `macro_f1`, or `mae` in years."""


@dataclass(frozen=True)
class Point:
    """What is reached on a part of the training images, on average over the draws, and from the worst to the best."""

    share: float
    images: int
    scores: Scores
    low: Scores
    high: Scores


@dataclass(frozen=True)
class LearningCurve:
    """Points from few training images to all, measured on validation."""

    kind: Literal["classes", "years"]
    points: list[Point]
    """None where there is nothing to learn from, or to measure on."""
    baseline: float
    """Accuracy of the commonest class, or the mean error of the median year."""
    noise: float
    """Standard error of the accuracy, or of the mean error, with all images: differences below it may be chance."""
    validated: int
    """Images measured on."""


def learning_curve(
    features: Floats,
    targets: NDArray[Any],
    splits: Sequence[str] | NDArray[np.str_],
    groups: Sequence[str] | NDArray[np.str_],
    seed: int = 7,
) -> LearningCurve:
    """Fit a linear model on 10, 25, 50 and 100 % of the training images, and measure it on validation.

    Parts are nested, and drawn by group, so that a part is what an archive with fewer series would have.

    Args:
        features: of each image, [N, d].
        targets: labels [N] for a logistic regression, or years [N] (NaN where unknown) for ridge regression.
        splits: of each image; only train and val are used.
        groups: observation or series of each image.
        seed: of the draws.
    """
    kind: Literal["classes", "years"] = "years" if targets.dtype.kind in "fiu" else "classes"
    known = np.isfinite(targets.astype(float)) if kind == "years" else np.ones(len(targets), bool)
    train, val = (np.flatnonzero((np.asarray(splits) == split) & known) for split in ("train", "val"))
    if not len(val) or len(np.unique(targets[train])) < 2:
        return LearningCurve(kind, [], 0.0, 0.0, len(val))
    random = np.random.default_rng(seed)
    measured: dict[float, list[tuple[int, Scores, float]]] = {share: [] for share in SHARES}
    with threadpool_limits(1):  # several threads wait for each other longer than they work, on sizes like these
        for draw in range(DRAWS):
            for share, rows in zip(SHARES, nested_parts(train, np.asarray(groups), random), strict=True):
                if share < 1 or draw == 0:
                    measured[share].append((len(rows), *_score(kind, features, targets, rows, val)))
    points = [_point(share, results) for share, results in measured.items()]
    return LearningCurve(kind, points, _baseline(kind, targets, train, val), measured[1.0][0][2], len(val))


def nested_parts(rows: Rows, groups: NDArray[np.str_], random: np.random.Generator) -> list[Rows]:
    """For each share its rows: whole groups in a random order, as near to the share as they come."""
    _, group = np.unique(groups[rows], return_inverse=True)
    place = random.permutation(group.max() + 1)[group]
    order = np.argsort(place, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(place[order])) + 1, len(rows))
    return [rows[order[: ends[np.abs(ends - share * len(rows)).argmin()]]] for share in SHARES]


def _score(
    kind: Literal["classes", "years"], features: Floats, targets: NDArray[Any], rows: Rows, val: Rows
) -> tuple[Scores, float]:
    """The scores on validation, and the standard error of the first."""
    if kind == "years":
        if len(rows) < 2:
            answers = np.full(len(val), float(targets[rows].mean()))
        else:
            model = make_pipeline(StandardScaler(), RidgeCV(STRENGTHS))
            answers = model.fit(features[rows], targets[rows]).predict(features[val])
        errors = np.abs(answers - targets[val])
        return {"mae": float(errors.mean())}, _standard_error(errors)
    if len(np.unique(targets[rows])) < 2:
        answers = np.full(len(val), targets[rows[0]])
    else:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=REGULARIZATION, max_iter=1000))
        answers = model.fit(features[rows], targets[rows]).predict(features[val])
    truth = targets[val]
    f1 = f1_score(truth, answers, labels=np.unique(truth), average="macro", zero_division=0)
    right = (truth == answers).astype(float)
    return {"accuracy": float(right.mean()), "macro_f1": float(f1)}, _standard_error(right)


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std() / np.sqrt(len(values)))


def _point(share: float, results: list[tuple[int, Scores, float]]) -> Point:
    by_score = {name: [scores[name] for _, scores, _ in results] for name in results[0][1]}
    return Point(
        share,
        round(float(np.mean([images for images, _, _ in results]))),
        {name: float(np.mean(values)) for name, values in by_score.items()},
        {name: min(values) for name, values in by_score.items()},
        {name: max(values) for name, values in by_score.items()},
    )


def _baseline(kind: Literal["classes", "years"], targets: NDArray[Any], train: Rows, val: Rows) -> float:
    if kind == "years":
        return float(np.abs(targets[val] - np.median(targets[train])).mean())
    labels, counts = np.unique(targets[train], return_counts=True)
    return float((targets[val] == labels[counts.argmax()]).mean())
