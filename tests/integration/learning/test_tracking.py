"""Who is told how a training goes."""

from dataclasses import replace
from pathlib import Path

import pytest

from fototeca.collections.recipe import Recipe
from fototeca.context import Context
from fototeca.learning.run import Request
from fototeca.learning.tensorboard import read_points
from fototeca.learning.tracking import open_tracking

REQUEST = Request({"collection": "mars", "dataset": "d" * 16}, "cnn", "r" * 16, Recipe(epochs=2))
RESULT = {
    "metrics": {"test": {"accuracy": 0.75, "images": 8, "confusion": [[1]], "log_loss": None}},
    **{"latency_ms": 1.5, "bytes": 1000, "seconds": 9.0},
}


@pytest.fixture(autouse=True)
def no_mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_tensorboard_finds_each_run_in_a_folder_below_home(context: Context) -> None:
    with open_tracking(context, REQUEST) as tracker:
        tracker.epoch("frozen", 1, {"loss": 1.0})
        tracker.epoch("fine-tuning", 1, {"loss": 0.5})
        tracker.finish(RESULT)
    folder = context.settings.home / "tensorboard" / "mars" / f"cnn-{'r' * 16}"
    points = {tag: (step, value) for tag, step, value in read_points(folder) if tag != "recipe"}
    assert points == {
        "frozen/loss": (1, 1.0),
        "fine-tuning/loss": (1, 0.5),
        "test/accuracy": (0, 0.75),
        "test/images": (0, 8.0),
        "latency_ms": (0, 1.5),
        "bytes": (0, 1000.0),
        "seconds": (0, 9.0),
    }


def test_where_all_is_off_nobody_is_told(context: Context) -> None:
    quiet = replace(context, settings=context.settings.model_copy(update={"tensorboard": "off"}))
    with open_tracking(quiet, REQUEST) as tracker:
        tracker.epoch("frozen", 1, {"loss": 1.0})
        tracker.finish(RESULT)
    assert not list(Path(context.settings.home).glob("tensorboard"))


def test_an_mlflow_that_is_not_there_ends_no_training(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with open_tracking(context, REQUEST) as tracker:
        tracker.epoch("frozen", 1, {"loss": 1.0})
        tracker.finish(RESULT)
    assert [message for message in caplog.messages if "the training goes on" in message]
