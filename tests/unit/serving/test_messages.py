"""TensorFlow Serving's messages come without TensorFlow, and do not stand in its way."""

import subprocess
import sys

import pytest

ROUND_TRIP = """
request = messages.PredictRequest(model_spec={"name": "mars"})
request.inputs["image_bytes"].CopyFrom(strings([b"a", b"b"]))
again = messages.PredictRequest.FromString(request.SerializeToString())
assert list(again.inputs["image_bytes"].string_val) == [b"a", b"b"]
"""
OURS = "from fototeca.serving import messages; from fototeca.serving.tensors import strings"
REAL = "import tensorflow as tf"


def run(*lines: str) -> None:
    """Run a program in a process of its own, in which every warning is an error."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", "\n".join(lines)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_process_that_sends_requests_does_not_load_tensorflow() -> None:
    run(
        "import fototeca.serving.client, fototeca.serving.proof, fototeca.serving.rollout, sys",
        OURS,
        ROUND_TRIP,
        "assert 'tensorflow' not in sys.modules",
        "assert not any(name.startswith('tensorflow.python') for name in sys.modules)",
    )


@pytest.mark.parametrize("imports", [(OURS, REAL), (REAL, OURS)], ids=["before TensorFlow", "after TensorFlow"])
def test_messages_and_tensorflow_are_of_one_kind_in_either_order(imports: tuple[str, str]) -> None:
    run(
        *imports,
        ROUND_TRIP,
        "assert type(tf.make_tensor_proto(1.0)) is messages.TensorProto",
        "request.inputs['image_bytes'].CopyFrom(tf.make_tensor_proto([b'c']))",
        "assert tf.make_ndarray(strings([b'd'])).tolist() == [b'd']",
        "assert int(tf.constant(1) + 1) == 2",
    )
