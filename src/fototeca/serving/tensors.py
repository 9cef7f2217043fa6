"""Tensors to and from the wire, with nothing but NumPy.

TensorFlow Serving sends a tensor in typed fields, one number each, or packed as raw bytes; a typed field that is
shorter than the tensor means that its last number repeats.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.errors import ModelRejected
from fototeca.serving.messages import DT_FLOAT, DT_STRING, DataType, TensorProto, TensorShapeProto


def strings(values: Sequence[bytes]) -> TensorProto:
    """A tensor [N] of byte strings."""
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(values))])
    return TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=values)


def floats(tensor: TensorProto) -> NDArray[np.float32]:
    """A float32 tensor as an array of its shape.

    Raises:
        ModelRejected: the tensor is of another type, or does not hold what its shape says.
    """
    if tensor.dtype != DT_FLOAT:
        raise ModelRejected(
            f"The model answers with {DataType.Name(tensor.dtype)}, not with DT_FLOAT: export it again."
        )
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    values = _values(tensor, int(np.prod(shape)))
    if values.size != np.prod(shape):
        raise ModelRejected(f"The model server sent {values.size} numbers for a tensor of shape {shape}.")
    return values.reshape(shape)


def _values(tensor: Any, size: int) -> NDArray[np.float32]:
    if tensor.tensor_content:
        whole = len(tensor.tensor_content) // 4 * 4
        return np.frombuffer(tensor.tensor_content[:whole], "<f4")
    sent = np.fromiter(tensor.float_val, np.float32, count=len(tensor.float_val))
    if sent.size < size:
        return np.pad(sent, (0, size - sent.size), "edge") if sent.size else np.zeros(size, np.float32)
    return sent
