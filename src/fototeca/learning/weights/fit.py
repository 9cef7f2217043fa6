"""Putting the weights of a file into a network."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from fototeca.errors import WeightsUnavailable
from fototeca.learning.weights.torch_file import read_tensors

FORMATS = (".pth", ".h5")
"""PyTorch's state dict, for networks whose layers are named as in it; Keras' weights, for every network."""

HEAD = "fc"
"""What PyTorch's networks call their last layer."""
NORMALIZATION = ("weight", "bias", "running_mean", "running_var")
BESIDE_WEIGHTS = ".num_batches_tracked"
"""Of a normalization in PyTorch: no weight, and nothing uses it."""


def fill_backbone(network: keras.Model, file: Path) -> None:
    """Fill the layer `backbone` of a network from a file of weights.

    Raises:
        WeightsUnavailable: the file can't be read, or holds the weights of another network.
    """
    backbone = network.get_layer("backbone")
    if file.suffix not in FORMATS:
        raise WeightsUnavailable(f"{file}: weights are read from files that end in {' or '.join(FORMATS)}.")
    if file.suffix == ".pth":
        tensors = {name: tensor for name, tensor in _tensors(file).items() if not name.startswith(f"{HEAD}.")}
        _fill_layers({layer.name: layer for layer in backbone.layers if layer.weights}, tensors, file)
    else:
        _load_keras(backbone, file)
    for weight in backbone.weights:
        if not np.isfinite(weight.numpy()).all():
            raise WeightsUnavailable(f"{file}: {weight.path} holds values that are no numbers; the file is damaged.")


def fill_head(network: keras.Model, file: Path) -> None:
    """Fill the layer `logits` from PyTorch's file, in a network with the classes that the file's was trained on.

    Raises:
        WeightsUnavailable: the file can't be read, or its head has another number of classes.
    """
    tensors = {name: tensor for name, tensor in _tensors(file).items() if name.startswith(f"{HEAD}.")}
    _fill_layers({HEAD: network.get_layer("logits")}, tensors, file)


def _tensors(file: Path) -> dict[str, NDArray[Any]]:
    """The file's tensors under the names that layers have here: `_blocks.0._bn1.weight` is of `blocks.0.bn1`."""
    try:
        tensors = read_tensors(file)
    except (ValueError, OSError) as error:
        raise WeightsUnavailable(f"{file} can't be read: {error}") from error
    named = {".".join(part.lstrip("_") for part in name.split(".")): tensor for name, tensor in tensors.items()}
    return {name: tensor for name, tensor in named.items() if not name.endswith(BESIDE_WEIGHTS)}


def _fill_layers(named: dict[str, keras.Layer], tensors: dict[str, NDArray[Any]], file: Path) -> None:
    filled = {}
    for name, layer in named.items():
        wanted = [f"{name}.{part}" for part in _parts(layer)]
        if missing := [part for part in wanted if part not in tensors]:
            raise WeightsUnavailable(f"{file} does not fit: it has no {missing[0]!r}, but {len(tensors)} others.")
        arrays = [_in_our_order(layer, tensors.pop(part)) for part in wanted]
        for part, array, weight in zip(wanted, arrays, layer.weights, strict=True):
            if array.shape != tuple(weight.shape):
                raise WeightsUnavailable(
                    f"{file} does not fit: {part!r} is of shape {array.shape}, the network's of {tuple(weight.shape)}."
                )
        filled[name] = arrays
    if tensors:
        raise WeightsUnavailable(f"{file} does not fit: the network has no {next(iter(tensors))!r}.")
    for name, arrays in filled.items():
        named[name].set_weights(arrays)


def _parts(layer: keras.Layer) -> Sequence[str]:
    return NORMALIZATION if isinstance(layer, layers.BatchNormalization) else NORMALIZATION[: len(layer.weights)]


def _in_our_order(layer: keras.Layer, tensor: NDArray[Any]) -> NDArray[Any]:
    """The tensor with its axes as Keras has them: inputs before outputs, and both behind height and width."""
    if tensor.ndim == 4:
        depthwise = isinstance(layer, layers.DepthwiseConv2D)
        return tensor.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return tensor.T


def _load_keras(backbone: keras.Model, file: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what does not fit is an error in the end
            backbone.load_weights(file)
    except Exception as error:  # h5py and Keras fail in many ways on a file that is damaged or another network's
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise WeightsUnavailable(f"{file} does not fit, or is damaged: {reason[0]}") from error
