"""The channel to a model server, repeating calls that may succeed later, and its errors as ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import grpc
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from fototeca.errors import FototecaError, ModelRejected, RequestRefused, ServingUnavailable, SettingsError
from fototeca.serving.messages import UNLIMITED
from fototeca.settings import Settings

T = TypeVar("T")

PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}
"""What a busy or restarting server answers; worth asking again at once."""
ERRORS: dict[grpc.StatusCode, type[FototecaError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: RequestRefused,
    grpc.StatusCode.OUT_OF_RANGE: RequestRefused,
    grpc.StatusCode.UNIMPLEMENTED: RequestRefused,
    grpc.StatusCode.FAILED_PRECONDITION: ModelRejected,
    grpc.StatusCode.UNKNOWN: ModelRejected,
    grpc.StatusCode.DATA_LOSS: ModelRejected,
    grpc.StatusCode.UNAUTHENTICATED: SettingsError,
    grpc.StatusCode.PERMISSION_DENIED: SettingsError,
}
"""What a status means to us; any other, NOT_FOUND among them («not yet»), is ServingUnavailable."""


def open_channel(settings: Settings) -> grpc.Channel:
    """A channel as the settings say, with messages of any size; over TLS where they name an authority.

    Raises:
        SettingsError: a PEM file can't be read, or a certificate comes without its key.
    """
    if settings.serving_ca is None:
        return grpc.insecure_channel(settings.serving, options=UNLIMITED)
    if (settings.serving_key is None) != (settings.serving_certificate is None):
        raise SettingsError("FOTOTECA_SERVING_CERTIFICATE and FOTOTECA_SERVING_KEY go together: set both or neither.")
    credentials = grpc.ssl_channel_credentials(
        _read(settings.serving_ca),
        _read(settings.serving_key) if settings.serving_key else None,
        _read(settings.serving_certificate) if settings.serving_certificate else None,
    )
    return grpc.secure_channel(settings.serving, credentials, options=UNLIMITED)


def repeat(call: Callable[[], T], attempts: int) -> T:
    """Do a call, again while the server says that it is busy, with growing random pauses.

    Raises:
        grpc.RpcError: the last attempt failed, or the failure is one that does not pass.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda e: isinstance(e, grpc.RpcError) and status(e)[0] in PASSING),
        wait=wait_random_exponential(multiplier=0.2, max=5),
        stop=stop_after_attempt(attempts),
        reraise=True,
    )
    return retrying(call)


def status(error: grpc.RpcError) -> tuple[grpc.StatusCode, str]:
    """Code and message of a failed call."""
    failed: Any = error
    return failed.code(), failed.details() or ""


def translated(error: grpc.RpcError, what: str, address: str) -> FototecaError:
    """The failure of a call as an error of ours; `what` says what was asked for."""
    code, message = status(error)
    kind = ERRORS.get(code, ServingUnavailable)
    return kind(f"The model server at {address}, asked {what}, answered {code.name}: {message}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}. It should be a PEM file.") from error
