"""The frozen phase: the head learns on features of a fixed body, which are kept."""

from typing import Any

import numpy as np
import pytest

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset
from fototeca.context import Context
from fototeca.learning.features import features_of
from fototeca.steps.train import train

REQUEST: dict[str, Any] = {"frozen_epochs": 3, "epochs": 0, "batch_size": 8, "frozen_views": 8}


def history_of(context: Context, run: str) -> dict[str, Any]:
    history: dict[str, Any] = context.store.get_json(keys.model("mars", "cnn_small", run, "history.json"))
    return history


def test_results_are_the_same_with_and_without_kept_features(context: Context, make_dataset: Any) -> None:
    make_dataset()
    kept = train(context, "mars", "cnn_small", **REQUEST)
    anew = train(context, "mars", "cnn_small", feature_cache=False, **REQUEST)
    ours, theirs = history_of(context, kept.run), history_of(context, anew.run)
    assert ours.pop("phases") == theirs.pop("phases") == [{"name": "frozen", "epochs": 3}]
    for name, curve in ours.items():
        assert curve == pytest.approx(theirs[name], rel=1e-4, abs=1e-5)
    assert kept.metrics["test"]["log_loss"] == pytest.approx(anew.metrics["test"]["log_loss"], rel=1e-4)


def test_the_body_stays_as_it_is_and_its_features_are_computed_once(context: Context, make_dataset: Any) -> None:
    make_dataset()
    seen: list[str] = []
    for rate in (0.01, 0.02):
        seen.append(f"rate {rate}")
        train(
            context,
            "mars",
            "cnn_small",
            frozen_learning_rate=rate,
            progress=lambda done, total, what: seen.append(what),
            **REQUEST,
        )
    again = seen.index("rate 0.02")
    assert "features of backbone" in seen[:again]
    assert "features of backbone" not in seen[again:]


def test_fine_tuning_follows_and_the_best_epoch_of_both_phases_counts(context: Context, make_dataset: Any) -> None:
    make_dataset()
    trained = train(context, "mars", "cnn_small", **REQUEST | {"epochs": 2})
    history = history_of(context, trained.run)
    assert history["phases"] == [{"name": "frozen", "epochs": 3}, {"name": "fine-tuning", "epochs": 2}]
    assert len(history["val_loss"]) == 5
    best = trained.metrics["val"]["uncalibrated"]["log_loss"]
    assert best == pytest.approx(min(history["val_loss"]), rel=1e-3)


def test_a_dataset_that_grew_has_only_its_new_images_computed(context: Context, make_dataset: Any) -> None:
    counts: list[int | None] = []

    def watch(done: int, total: int | None, what: str) -> None:
        if what.startswith("features") and done == total:
            counts.append(total)

    for images in (20, 28):
        dataset = make_dataset(count=images, version=f"{images:016}")
        facts = read_dataset(context.store, "mars", dataset)
        features = features_of(context, facts, "cnn_small", "none", watch, seed=3)
        assert len(features) == images
    assert counts == [20, 8]
    assert np.isfinite(features).all()
