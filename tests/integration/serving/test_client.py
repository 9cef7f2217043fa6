"""The client against a server that fails in every way a server may."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from fototeca.errors import (
    FototecaError,
    ModelRejected,
    RequestRefused,
    ServingUnavailable,
    SettingsError,
)
from fototeca.serving import messages
from fototeca.serving.client import ServingClient, open_client
from fototeca.settings import Settings


class Scripted:
    """A model whose answer is the length of each image; calls fail first as told."""

    def __init__(self, *failures: grpc.StatusCode, version: int = 1) -> None:
        self.failures = list(failures)
        self.version = version
        self.running = self.most_at_once = 0
        self.lock = threading.Lock()

    def predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self.lock:
            self.running += 1
            self.most_at_once = max(self.running, self.most_at_once)
            failure = self.failures.pop(0) if self.failures else None
        try:
            if failure:
                context.abort(failure, "said the script")
            images = request.inputs["image_bytes"].string_val
            response = messages.PredictResponse(model_spec={"name": "mars", "version": {"value": self.version}})
            tensor = response.outputs["probabilities"]
            tensor.dtype = messages.DT_FLOAT
            tensor.tensor_shape.dim.add(size=len(images))
            tensor.tensor_shape.dim.add(size=1)
            tensor.float_val.extend(len(image) for image in images)
            return response
        finally:
            with self.lock:
                self.running -= 1


@contextmanager
def client_of(script: Scripted, attempts: int = 4) -> Iterator[ServingClient]:
    """A client of a server that does as the script says."""
    method = grpc.unary_unary_rpc_method_handler(
        script.predict,
        request_deserializer=messages.PredictRequest.FromString,
        response_serializer=messages.PredictResponse.SerializeToString,
    )
    services = [grpc.method_handlers_generic_handler("tensorflow.serving.PredictionService", {"Predict": method})]
    with ThreadPoolExecutor(8) as pool:
        server = grpc.server(pool, handlers=services)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield ServingClient(channel, f"127.0.0.1:{port}", timeout=10, attempts=attempts)
        server.stop(None).wait()


Code = grpc.StatusCode


@pytest.mark.parametrize("passing", [Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED])
def test_what_passes_is_asked_again(passing: grpc.StatusCode) -> None:
    with client_of(Scripted(passing, passing)) as client:
        assert client.predict("mars", 1, [b"abc"]).answers.tolist() == [[3]]


def test_patience_ends() -> None:
    with (
        client_of(Scripted(*[Code.UNAVAILABLE] * 9), attempts=2) as client,
        pytest.raises(ServingUnavailable, match="version 1 of mars, answered UNAVAILABLE: said the script"),
    ):
        client.predict("mars", 1, [b"abc"])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (Code.INVALID_ARGUMENT, RequestRefused),
        (Code.NOT_FOUND, ServingUnavailable),
        (Code.FAILED_PRECONDITION, ModelRejected),
        (Code.INTERNAL, ServingUnavailable),
        (Code.PERMISSION_DENIED, SettingsError),
    ],
)
def test_each_status_becomes_one_error_at_once(code: grpc.StatusCode, error: type[FototecaError]) -> None:
    script = Scripted(code, code)
    with client_of(script) as client, pytest.raises(error, match="said the script"):
        client.predict("mars", 1, [b"abc"])
    assert script.failures == [code]


def test_an_answer_of_another_version_is_not_taken() -> None:
    with client_of(Scripted(version=2)) as client, pytest.raises(ServingUnavailable, match="Version 2 answered"):
        client.predict("mars", 1, [b"abc"])


def test_many_batches_come_back_in_order_through_failures() -> None:
    script = Scripted(Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE)
    batches = [[b"x" * (number + 1)] * 3 for number in range(20)]
    with client_of(script) as client:
        answers = list(client.predict_all("mars", 1, iter(batches), in_flight=4))
    np.testing.assert_array_equal([a.answers[0, 0] for a in answers], np.arange(20) + 1)


def test_batches_are_taken_only_as_answers_are() -> None:
    taken = 0

    def batches() -> Iterator[list[bytes]]:
        nonlocal taken
        while True:
            taken += 1
            yield [b"image"]

    script = Scripted()
    with client_of(script) as client:
        answers = client.predict_all("mars", 1, batches(), in_flight=3)
        next(answers)
        next(answers)
        assert taken == 4
        answers.close()  # type: ignore[attr-defined]
    assert script.most_at_once <= 3


def test_a_server_that_is_not_there_may_come(free_address: str) -> None:
    with open_client(Settings(serving=free_address), attempts=1) as client, pytest.raises(ServingUnavailable):
        client.predict("mars", 1, [b"abc"])


@pytest.fixture
def free_address() -> str:
    """An address at which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize("given", ["serving_certificate", "serving_key"])
def test_half_a_pair_of_certificate_and_key_is_refused(tmp_path: Path, given: str) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(b"")
    settings = Settings(serving_ca=authority).model_copy(update={given: authority})
    with pytest.raises(SettingsError, match="go together"), open_client(settings):
        pass


def test_an_unreadable_authority_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "absent.pem"
    with pytest.raises(SettingsError, match=r"absent\.pem can't be read"), open_client(Settings(serving_ca=absent)):
        pass
