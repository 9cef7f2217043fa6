"""What the local model server answers, in TensorFlow Serving's codes and words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from fototeca.serving import messages
from fototeca.serving.tensors import floats, strings

from .conftest import Server, jpeg

SPEC = {"name": "mars"}


@pytest.fixture
def mars(server: Server, place: Callable[..., Path], configured: Callable[..., Any]) -> Server:
    """A server with versions 1 and 2 of one model, the first labelled stable."""
    place("mars", 1, weight=4.0)
    place("mars", 2, weight=-4.0)
    server.reload(configured("mars", versions=[1, 2]))
    server.wait_for("mars", {1: "AVAILABLE", 2: "AVAILABLE"})
    server.reload(configured("mars", versions=[1, 2], labels={"stable": 1}))
    return server


def request(spec: dict[str, Any] | None = None, **fields: Any) -> Any:
    """A Predict request about one image."""
    spec = SPEC if spec is None else spec
    fields = {"inputs": {"image_bytes": strings([jpeg(200)])}} | fields
    return messages.PredictRequest(model_spec=messages.ModelSpec(**spec), **fields)


def refused(call: Any, asked: Any) -> tuple[grpc.StatusCode, str]:
    """The status of a call that must fail."""
    with pytest.raises(grpc.RpcError) as caught:
        call(asked, timeout=20)
    return caught.value.code(), caught.value.details() or ""


def test_an_answer_names_its_version_and_signature_but_no_label(mars: Server) -> None:
    answer = mars.prediction.Predict(request({"name": "mars", "version_label": "stable"}))
    assert answer.model_spec.version.value == 1
    assert answer.model_spec.signature_name == "serving_default"
    assert not answer.model_spec.version_label


def test_without_a_version_the_newest_answers(mars: Server) -> None:
    assert mars.prediction.Predict(request()).model_spec.version.value == 2


def test_tensors_come_in_typed_fields(mars: Server) -> None:
    tensor = mars.prediction.Predict(request()).outputs["probabilities"]
    assert not tensor.tensor_content
    assert len(tensor.float_val) == 2
    assert floats(tensor).shape == (1, 2)


def test_an_empty_batch_has_an_empty_answer(mars: Server) -> None:
    answer = mars.prediction.Predict(request(inputs={"image_bytes": strings([])}))
    assert floats(answer.outputs["probabilities"]).shape == (0, 2)


def test_requests_beyond_grpcs_own_limit_are_taken(mars: Server) -> None:
    picture = jpeg(200) + b"\0" * 6_000_000
    answer = mars.client.predict("mars", 1, [picture])
    np.testing.assert_allclose(answer.answers, mars.client.predict("mars", 1, [jpeg(200)]).answers)


OTHER_INPUT = {"image_bytes": strings([b""]), "size": strings([b""])}
WRONG_LENGTH = messages.TensorProto(dtype=messages.DT_FLOAT, tensor_content=b"1234567")
WRONG_LENGTH.tensor_shape.dim.add(size=3)
NUMBERS = messages.TensorProto(dtype=messages.DT_FLOAT, float_val=[1.0])
NUMBERS.tensor_shape.dim.add(size=1)
WRONG, ABSENT = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (messages.PredictRequest(), WRONG, "Missing ModelSpec"),
        (request({}), WRONG, "ModelSpec has no name specified."),
        (request({"name": "moon"}), ABSENT, "Servable not found for request: Latest(moon)"),
        (request(SPEC | {"version": {"value": 7}}), ABSENT, "Servable not found for request: Specific(mars, 7)"),
        (request(SPEC | {"version_label": "canary"}), WRONG, "Unrecognized servable version label: canary"),
        (
            request(SPEC | {"signature_name": "other"}),
            grpc.StatusCode.FAILED_PRECONDITION,
            'Serving signature key "other" not found.',
        ),
        (
            request(inputs={}),
            WRONG,
            "input size does not match signature: 0!=1 len({}) != len({image_bytes}). Sent extra: {}. "
            "Missing but required: {image_bytes}.",
        ),
        (
            request(inputs=OTHER_INPUT),
            WRONG,
            "input size does not match signature: 2!=1 len({image_bytes,size}) != len({image_bytes}). "
            "Sent extra: {size}. Missing but required: {}.",
        ),
        (
            request(inputs={"images": strings([b""])}),
            WRONG,
            "Signature input alias: image_bytes(feed name: serving_default_image_bytes:0) not found in request and no "
            "default value provided. Inputs expected to be in the request {images}, or default input alias set: ",
        ),
        (request(inputs={"image_bytes": WRONG_LENGTH}), WRONG, "tensor parsing error: image_bytes"),
        (request(inputs={"image_bytes": NUMBERS}), WRONG, "Expects arg[0] to be string but float is provided"),
        (
            request(output_filter=["year"]),
            WRONG,
            "output tensor alias not found in signature: year Outputs expected to be in the set {probabilities}.",
        ),
        (
            request(output_filter=["probabilities", "probabilities"]),
            WRONG,
            "duplicate output tensor alias: probabilities",
        ),
    ],
)
def test_predict_refuses(mars: Server, asked: Any, code: grpc.StatusCode, message: str) -> None:
    assert refused(mars.prediction.Predict, asked) == (code, message)


def test_an_image_that_cannot_be_decoded_is_the_callers_fault(mars: Server) -> None:
    code, message = refused(mars.prediction.Predict, request(inputs={"image_bytes": strings([b"no image"])}))
    assert code == WRONG
    assert "Unknown image file format" in message
    assert "original stack trace" not in message


def test_long_messages_are_cut(mars: Server) -> None:
    _, message = refused(mars.prediction.Predict, request({"name": "m" * 2000}))
    assert message.endswith("...TRUNCATED")
    assert len(message) == 1024 + len("...TRUNCATED")


def test_labels_before_the_first_configuration_are_unavailable(server: Server) -> None:
    asked = request({"name": "mars", "version_label": "stable"})
    assert refused(server.prediction.Predict, asked) == (
        grpc.StatusCode.UNAVAILABLE,
        "Model labels does not init yet.stable",
    )


def test_a_label_of_an_unloaded_version_names_the_version(mars: Server, models: Path) -> None:
    (models / "mars" / "1").rename(models / "mars" / "gone")
    mars.wait_for("mars", {1: "END", 2: "AVAILABLE"})
    asked = request({"name": "mars", "version_label": "stable"})
    assert refused(mars.prediction.Predict, asked) == (ABSENT, "Servable not found for request: Specific(mars, 1)")


def test_metadata_tells_the_signature(mars: Server) -> None:
    signature = mars.client.signature("mars", 1)
    assert signature.inputs["image_bytes"].dtype == messages.DT_STRING
    assert [dim.size for dim in signature.outputs["probabilities"].tensor_shape.dim] == [-1, 2]


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (messages.GetModelMetadataRequest(), WRONG, "Missing ModelSpec"),
        (
            messages.GetModelMetadataRequest(model_spec=SPEC),
            WRONG,
            "GetModelMetadataRequest must specify at least one metadata_field",
        ),
        (
            messages.GetModelMetadataRequest(model_spec=SPEC, metadata_field=["assets"]),
            WRONG,
            "Metadata field assets is not supported",
        ),
        (
            messages.GetModelMetadataRequest(model_spec={"name": "moon"}, metadata_field=["signature_def"]),
            ABSENT,
            "Servable not found for request: Latest(moon)",
        ),
    ],
)
def test_metadata_refuses(mars: Server, asked: Any, code: grpc.StatusCode, message: str) -> None:
    assert refused(mars.prediction.GetModelMetadata, asked) == (code, message)


def test_status_lists_versions_newest_first_whatever_label_is_given(mars: Server) -> None:
    asked = messages.GetModelStatusRequest(model_spec={"name": "mars", "version_label": "nonsense"})
    assert [v.version for v in mars.models.GetModelStatus(asked).model_version_status] == [2, 1]


@pytest.mark.parametrize(
    ("spec", "code", "message"),
    [
        (None, WRONG, "Missing ModelSpec"),
        ({"name": "moon"}, ABSENT, "Could not find any versions of model moon"),
        ({"name": "mars", "version": {"value": 9}}, ABSENT, "Could not find version 9 of model mars"),
    ],
)
def test_status_refuses(mars: Server, spec: Any, code: grpc.StatusCode, message: str) -> None:
    assert refused(mars.models.GetModelStatus, messages.GetModelStatusRequest(model_spec=spec)) == (code, message)


def test_other_methods_are_not_implemented(mars: Server) -> None:
    from tensorflow_serving.apis.classification_pb2 import ClassificationRequest

    code, _ = refused(mars.prediction.Classify, ClassificationRequest())
    assert code == grpc.StatusCode.UNIMPLEMENTED
