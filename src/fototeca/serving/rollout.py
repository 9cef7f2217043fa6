"""Bringing a version up on a model server without ever taking the one in force away.

A server takes only whole configurations, drops what is not in them, gives labels only to versions that are available,
and answers before a new version is loaded. So: load the new beside the old, wait, check, and only then move the label.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from fototeca.errors import ModelRejected, ServingUnavailable
from fototeca.serving.client import ServingClient
from fototeca.serving.configuration import ServedModel, make_config

RELOAD_SECONDS = 15.0
"""A reload of a new model answers when it is loaded, or never if its folder is missing."""
STALE_SECONDS = 5.0
"""How long a failure that the server already remembered may be one of an earlier attempt."""
RESEND_SECONDS = 3.0
"""After which a version that is not loading is asked for again: somebody else's configuration dropped it."""
PAUSE = 0.2

Wanted = Callable[[], Sequence[ServedModel]]
"""All that the server is to serve, as of now."""


def apply(client: ServingClient, models: Sequence[ServedModel]) -> bool:
    """Make the server serve these models; whether every label could go where it belongs.

    A label whose version is not available yet goes to the newest that is. Raises as `ServingClient.reload`.
    """
    settable = [replace(model, stable=_label(client, model)) for model in models]
    client.reload(make_config(settable), timeout=RELOAD_SECONDS)
    return settable == list(models)


def bring_up(client: ServingClient, wanted: Wanted, model: str, version: int, seconds: float) -> None:
    """Have the server load a version, and wait until it can be asked.

    Raises:
        ModelRejected: the server could not load it; the message is the server's.
        ServingUnavailable: `seconds` have passed.
    """
    begun = time.monotonic()
    sent, known, trouble = float("-inf"), None, "it has not begun to load"
    while (now := time.monotonic()) - begun < seconds:
        try:
            state = next((v for v in client.versions(model) if v.version == version), None)
        except ServingUnavailable as error:
            state, trouble = None, str(error)
        if sent == float("-inf"):
            known = state
        if state and state.state == "AVAILABLE":
            return
        if state and state.error and (state != known or now - begun > STALE_SECONDS):
            raise ModelRejected(f"The model server could not load version {version} of {model}: {state.error}")
        if state and state.state in ("START", "LOADING"):
            trouble = "it is still loading"
        elif now - sent > RESEND_SECONDS:
            sent = now
            with _noted() as problems:
                apply(client, wanted())
            trouble = "".join(problems) or trouble
        time.sleep(PAUSE)
    raise ServingUnavailable(
        f"Version {version} of {model} did not become available within {seconds:g} s: {trouble}. "
        "Look at the logs of the model server and of `fototeca sync`, which brings models to it."
    )


def settle(client: ServingClient, wanted: Wanted, seconds: float) -> None:
    """Make the server serve what is wanted, with every label in its place.

    Raises:
        ServingUnavailable: `seconds` have passed.
    """
    begun, trouble = time.monotonic(), "a version that has a label is not available"
    while time.monotonic() - begun < seconds:
        with _noted() as problems:
            if apply(client, wanted()):
                return
        trouble = "".join(problems) or trouble
        time.sleep(PAUSE)
    raise ServingUnavailable(f"The model server did not take its labels within {seconds:g} s: {trouble}. Run again.")


@contextmanager
def _noted() -> Iterator[list[str]]:
    """Note a refused configuration instead of giving up: a server that restarts, or still loads, takes it later."""
    problems: list[str] = []
    try:
        yield problems
    except (ServingUnavailable, ModelRejected) as error:
        problems.append(str(error))


def _label(client: ServingClient, model: ServedModel) -> int | None:
    if model.stable is None:
        return None
    available = {v.version for v in client.versions(model.name) if v.state == "AVAILABLE"} & set(model.versions)
    return model.stable if model.stable in available else max(available, default=None)
