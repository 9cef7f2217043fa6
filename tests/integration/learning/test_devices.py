"""Networks on more than one device, and in 16 bits."""

import os
import subprocess
import sys
from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.steps.train import run_id, train

ON_TWO = """
import fototeca.learning
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from fototeca.context import open_context
from fototeca.learning import run
from fototeca.steps.train import train
run.choose_strategy = lambda: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
train(open_context(), "mars", "cnn_small", epochs=2, batch_size=14, augmentations=[], seed=3)
"""


def test_two_devices_learn_what_one_does(context: Context, make_dataset: Any) -> None:
    dataset = make_dataset()
    settings = context.settings
    where = {"HOME": str(settings.home), "BUCKET": settings.bucket, "ENDPOINT": str(settings.endpoint)}
    environment = os.environ | {f"FOTOTECA_{name}": value for name, value in where.items()}
    subprocess.run([sys.executable, "-c", ON_TWO], env=environment, check=True, timeout=300)

    request: dict[str, Any] = {"epochs": 2, "batch_size": 14, "augmentations": [], "seed": 3}
    run = run_id(context, "mars", "cnn_small", dataset=dataset, **request)
    prefix = keys.model("mars", "cnn_small", run)
    two = context.store.get_json(f"{prefix}history.json")
    context.store.delete(entry.key for entry in list(context.store.list(prefix)))
    train(context, "mars", "cnn_small", **request)
    one = context.store.get_json(f"{prefix}history.json")
    assert two["loss"] == pytest.approx(one["loss"], rel=0.35)  # dropout draws for each device
    assert two["phases"] == one["phases"]


def test_sixteen_bits_train_and_are_served_in_thirty_two(context: Context, make_dataset: Any) -> None:
    make_dataset()
    trained = train(context, "mars", "cnn_small", epochs=2, batch_size=8, mixed_precision="on")
    result = context.store.get_json(keys.model("mars", "cnn_small", trained.run, "result.json"))
    assert result["recipe"]["mixed_precision"] == "on"
    assert trained.metrics["test"]["accuracy"] > 0
