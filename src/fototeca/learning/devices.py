"""What computes: the devices of this machine, and how to make the most of them."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import keras
import tensorflow as tf

from fototeca.collections.recipe import Recipe


def has_gpu() -> bool:
    """Whether TensorFlow sees a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def choose_strategy() -> tf.distribute.Strategy:
    """One copy of the network on each GPU, their gradients added; plain where there is one device."""
    gpus = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy() if len(gpus) > 1 else tf.distribute.get_strategy()


@contextmanager
def precision(recipe: Recipe) -> Iterator[None]:
    """Networks built meanwhile compute in 16 bits, where the recipe or the device says so; weights stay 32 bits."""
    mixed = recipe.mixed_precision == "on" or (recipe.mixed_precision == "auto" and has_gpu())
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16" if mixed else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def describe_device() -> str:
    """What computes, in words."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"{len(os.sched_getaffinity(0))} CPU cores"
    names = {str(tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")) for gpu in gpus}
    return f"{len(gpus)} x {', '.join(sorted(names))}"


def describe_environment() -> dict[str, Any]:
    """What a result was made with."""
    packages = {name: version(name) for name in ("fototeca", "tensorflow", "keras", "numpy")}
    return {
        "python": platform.python_version(),
        **packages,
        "device": describe_device(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
