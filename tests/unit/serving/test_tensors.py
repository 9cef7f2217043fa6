"""Tensors on the wire, in each of the ways that a server may write them."""

import numpy as np
import pytest

from fototeca.errors import ModelRejected
from fototeca.serving.messages import DT_FLOAT, DT_STRING, TensorProto
from fototeca.serving.tensors import floats, strings


def tensor(shape: list[int], **values: object) -> TensorProto:
    proto = TensorProto(dtype=DT_FLOAT, **values)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


@pytest.mark.parametrize(
    "sent",
    [
        tensor([2, 2], float_val=[1, 2, 3, 3]),
        tensor([2, 2], float_val=[1, 2, 3]),
        tensor([2, 2], tensor_content=np.array([1, 2, 3, 3], "<f4").tobytes()),
    ],
    ids=["typed", "typed, the last repeated", "packed"],
)
def test_every_way_of_writing_a_tensor_reads_the_same(sent: TensorProto) -> None:
    read = floats(sent)
    assert read.dtype == np.float32
    assert read.tolist() == [[1, 2], [3, 3]]


def test_a_tensor_without_numbers_is_zeros() -> None:
    assert floats(tensor([1, 2])).tolist() == [[0, 0]]
    assert floats(tensor([0, 2])).shape == (0, 2)


@pytest.mark.parametrize(
    "sent", [tensor([2], float_val=[1, 2, 3]), tensor([2], tensor_content=b"1234567"), TensorProto(dtype=DT_STRING)]
)
def test_what_is_no_tensor_of_its_shape_is_the_models_fault(sent: TensorProto) -> None:
    with pytest.raises(ModelRejected):
        floats(sent)


def test_strings_keep_their_bytes() -> None:
    sent = strings([b"\xff\x00", b""])
    assert sent.dtype == DT_STRING
    assert [dim.size for dim in sent.tensor_shape.dim] == [2]
    assert list(sent.string_val) == [b"\xff\x00", b""]
