"""The client of a model server; whether that is TensorFlow Serving or the local one makes no difference to it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
import numpy as np
from numpy.typing import NDArray

from fototeca.errors import ModelRejected, ServingUnavailable
from fototeca.serving import messages
from fototeca.serving.answers import answers_years, outputs_of
from fototeca.serving.channel import PASSING, open_channel, repeat, status, translated
from fototeca.serving.tensors import floats, strings
from fototeca.settings import Settings

INPUT, SIGNATURE = "image_bytes", "serving_default"
"""Names in the models that Fototeca exports."""
ATTEMPTS = 10
"""Of a call that a busy or restarting server does not answer: about 15 s of patience."""

T = TypeVar("T")


@dataclass(frozen=True)
class Predictions:
    """What a model says of a batch of images."""

    answers: NDArray[np.float32]
    """[N, k]: the probability of each class; or year, lowest and highest year."""
    version: int
    """The version that answered."""


@dataclass(frozen=True)
class VersionState:
    """Where a version is on the server."""

    version: int
    state: str
    """START, LOADING, AVAILABLE, UNLOADING or END."""
    error: str
    """Why it could not be loaded; empty unless state is END and it failed."""


class ServingClient:
    """One connection to a model server. Safe to share between threads; calls of one client share the connection."""

    def __init__(self, channel: grpc.Channel, address: str, timeout: float = 60.0, attempts: int = ATTEMPTS) -> None:
        """`timeout` in seconds, per attempt; `attempts` to make of a call that a busy server did not answer."""
        self.address = address
        self._timeout = timeout
        self._attempts = attempts
        self._prediction = messages.PredictionServiceStub(channel)
        self._models = messages.ModelServiceStub(channel)

    def predict(self, model: str, version: int, images: Sequence[bytes], task: str = "classification") -> Predictions:
        """What the model, trained for `task`, says of encoded images.

        Raises:
            RequestRefused: an image can't be decoded, or the request is wrong in another way.
            ServingUnavailable: the server does not answer, or does not serve that version (yet).
            ModelRejected: the model can't run, or answers with something else than was agreed.
        """
        request = _predict_request(model, version, images, task)
        what = f"to classify {len(images)} images with version {version} of {model}"
        return _predictions(self._call(self._prediction.Predict, request, what), version, len(images), task)

    def predict_all(
        self,
        model: str,
        version: int,
        batches: Iterable[Sequence[bytes]],
        task: str = "classification",
        in_flight: int = 4,
    ) -> Iterator[Predictions]:
        """The same batch by batch, in order, with up to `in_flight` requests under way. Raises as `predict`."""
        waiting: deque[tuple[Sequence[bytes], Any]] = deque()
        try:
            for images in batches:
                request = _predict_request(model, version, images, task)
                waiting.append((images, self._prediction.Predict.future(request, timeout=self._timeout)))
                if len(waiting) >= in_flight:
                    yield self._await(model, version, task, *waiting.popleft())
            while waiting:
                yield self._await(model, version, task, *waiting.popleft())
        finally:
            for _, call in waiting:
                call.cancel()

    def versions(self, model: str) -> list[VersionState]:
        """The versions that the server has heard of, newest first; none if it does not know the model."""
        request = messages.GetModelStatusRequest(model_spec=messages.ModelSpec(name=model))
        try:
            answer = repeat(lambda: self._models.GetModelStatus(request, timeout=self._timeout), self._attempts)
        except grpc.RpcError as error:
            if status(error)[0] == grpc.StatusCode.NOT_FOUND:
                return []
            raise translated(error, f"for the versions of {model}", self.address) from error
        states = messages.ModelVersionStatus.State
        return [
            VersionState(v.version, states.Name(v.state), v.status.error_message if v.status.error_code else "")
            for v in answer.model_version_status
        ]

    def signature(self, model: str, version: int) -> messages.SignatureDef:
        """The signature that the version serves.

        Raises:
            ModelRejected: it has none of the agreed name.
        """
        spec = _spec(model, version)
        request = messages.GetModelMetadataRequest(model_spec=spec, metadata_field=["signature_def"])
        what = f"for the signature of version {version} of {model}"
        answer = self._call(self._prediction.GetModelMetadata, request, what)
        found = messages.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(found)
        if SIGNATURE not in found.signature_def:
            raise ModelRejected(f"Version {version} of {model} has no signature {SIGNATURE!r}: export it again.")
        return found.signature_def[SIGNATURE]

    def reload(self, config: messages.ModelServerConfig, timeout: float | None = None) -> None:
        """Replace the server's whole configuration; models that `config` does not name are unloaded.

        Raises:
            ModelRejected: a model can't be loaded, or a label is to go to a version that is not available.
            ServingUnavailable: no answer within `timeout` seconds; the server may be waiting for a model's folder.
        """
        request = messages.ReloadConfigRequest(config=config)
        try:
            self._models.HandleReloadConfigRequest(request, timeout=timeout or self._timeout)
        except grpc.RpcError as error:
            raise translated(error, "to take a new configuration", self.address) from error

    def _await(self, model: str, version: int, task: str, images: Sequence[bytes], call: Any) -> Predictions:
        try:
            answer = call.result()
        except grpc.RpcError as error:
            if status(error)[0] in PASSING:
                return self.predict(model, version, images, task)
            what = f"to classify {len(images)} images with version {version} of {model}"
            raise translated(error, what, self.address) from error
        return _predictions(answer, version, len(images), task)

    def _call(self, method: Callable[..., T], request: Any, what: str) -> T:
        try:
            return repeat(lambda: method(request, timeout=self._timeout), self._attempts)
        except grpc.RpcError as error:
            raise translated(error, what, self.address) from error


@contextmanager
def open_client(settings: Settings, attempts: int = ATTEMPTS) -> Iterator[ServingClient]:
    """A client of the model server that the settings name; the connection closes at the end."""
    with open_channel(settings) as channel:
        yield ServingClient(channel, settings.serving, attempts=attempts)


def _spec(model: str, version: int) -> Any:
    spec = messages.ModelSpec(name=model)
    spec.version.value = version
    return spec


def _predict_request(model: str, version: int, images: Sequence[bytes], task: str) -> Any:
    request = messages.PredictRequest(model_spec=_spec(model, version), output_filter=outputs_of(task))
    request.inputs[INPUT].CopyFrom(strings(images))
    return request


def _predictions(answer: Any, version: int, images: int, task: str) -> Predictions:
    if answer.model_spec.version.value != version:
        raise ServingUnavailable(f"Version {answer.model_spec.version.value} answered, not version {version}.")
    outputs = {name: floats(answer.outputs[name]) for name in outputs_of(task)}
    rank = 1 if answers_years(task) else 2
    for name, output in outputs.items():
        if output.ndim != rank or len(output) != images:
            raise ModelRejected(f"Version {version} answers {images} images with {name!r} of the shape {output.shape}.")
    return Predictions(np.column_stack(list(outputs.values())), version)
