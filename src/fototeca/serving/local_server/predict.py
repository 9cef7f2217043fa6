"""Answering Predict: the request's tensors in, the signature's tensors out."""

from collections.abc import Iterable
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.serving.local_server.refusal import Refusal, invalid
from fototeca.serving.local_server.saved_model import SavedModel, encode
from fototeca.serving.messages import DT_STRING, DataType, PredictRequest, PredictResponse, SignatureDef, TensorProto

DEFAULT_SIGNATURE = "serving_default"


def predict(model: SavedModel, version: int, request: PredictRequest, seconds: float | None) -> PredictResponse:
    """Run the model on a request, within `seconds`.

    Raises:
        Refusal: the request does not fit the signature, or the graph fails.
    """
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    if name not in model.signatures:
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
    signature = model.signatures[name]
    inputs = _inputs(signature, request)
    outputs = _outputs(signature, request.output_filter)
    arrays = model.run([signature.outputs[alias].name for alias in outputs], inputs, seconds)
    response = PredictResponse()
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = version
    response.model_spec.signature_name = name
    for alias, array in zip(outputs, arrays, strict=True):
        response.outputs[alias].CopyFrom(encode(array))
    return response


def _inputs(signature: SignatureDef, request: PredictRequest) -> dict[str, NDArray[Any]]:
    sent, wanted = set(request.inputs), set(signature.inputs)
    if len(sent) != len(wanted):
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)} len({_braces(sent)}) != "
            f"len({_braces(wanted)}). Sent extra: {_braces(sent - wanted)}. "
            f"Missing but required: {_braces(wanted - sent)}."
        )
    feeds = {}
    for index, alias in enumerate(sorted(wanted)):
        feed = signature.inputs[alias]
        if alias not in sent:
            raise invalid(
                f"Signature input alias: {alias}(feed name: {feed.name}) not found in request and no default value "
                f"provided. Inputs expected to be in the request {_braces(sent)}, or default input alias set: "
            )
        tensor = request.inputs[alias]
        array = _decode(alias, tensor)
        if tensor.dtype != feed.dtype:
            raise invalid(f"Expects arg[{index}] to be {_type(feed.dtype)} but {_type(tensor.dtype)} is provided")
        feeds[feed.name] = array
    return feeds


def _decode(alias: str, tensor: TensorProto) -> NDArray[Any]:
    try:
        if tensor.dtype == DT_STRING and tensor.string_val:
            shape = [dim.size for dim in tensor.tensor_shape.dim]
            return np.array(tensor.string_val, object).reshape(shape)
        array: NDArray[Any] = tf.make_ndarray(tensor)
    except (TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {alias}") from error
    return array


def _outputs(signature: SignatureDef, wanted: Iterable[str]) -> list[str]:
    outputs: list[str] = []
    for alias in wanted:
        if alias not in signature.outputs:
            raise invalid(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {_braces(signature.outputs)}."
            )
        if alias in outputs:
            raise invalid(f"duplicate output tensor alias: {alias}")
        outputs.append(alias)
    return outputs or sorted(signature.outputs)


def _braces(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"


def _type(number: int) -> str:
    """TensorFlow's own name of a type, such as float for DT_FLOAT."""
    return str(DataType.Name(number)).removeprefix("DT_").lower()
