"""Putting a published version in force: a server proves it first, then the ledger says so, then the label moves."""

import base64
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fototeca.archive import keys
from fototeca.archive.store import as_json
from fototeca.context import Context, Progress
from fototeca.errors import FototecaError, ModelRejected, ServingUnavailable
from fototeca.selection.ledger import append, in_force
from fototeca.selection.meaning import meaning_of
from fototeca.selection.publishing import golden_answers
from fototeca.selection.shelf import REJECTED, wanted_models
from fototeca.serving.client import ServingClient, open_client
from fototeca.serving.configuration import ServedModel
from fototeca.serving.proof import Golden, verify
from fototeca.serving.rollout import apply, bring_up, settle


@dataclass(frozen=True)
class Deployment:
    """The version that is in force, and whether it was so before."""

    collection: str
    version: int
    architecture: str
    run: str
    dataset: str
    already_done: bool


def put_in_force(
    context: Context,
    collection: str,
    model: dict[str, Any],
    action: Literal["promote", "rollback"],
    reason: str,
    progress: Progress,
) -> Deployment:
    """Put the version that `model` (its complete.json) describes in force.

    A version in force already only has the server brought in line with the ledger.

    Raises:
        ModelRejected: the server can't load or run it, or answers otherwise than training; a version being promoted
            is marked as rejected. The server goes on serving what it did.
        ServingUnavailable: no server had it available within `settings.serving_timeout`. The server goes on as before.
        Conflict: another version was put in force meanwhile.
    """
    store, version, before = context.store, model["version"], in_force(context.store, collection)
    already = before is not None and before.version == version
    with open_client(context.settings) as client:
        try:
            _prove(context, client, collection, model, progress)
            if not already:
                append(store, collection, action, model, reason, before)
        except FototecaError as error:
            if isinstance(error, ModelRejected) and action == "promote" and not already:
                rejection = {"reason": str(error), "at": time.time()}
                store.put_new(keys.served(collection, version, REJECTED), as_json(rejection))
            with suppress(FototecaError):
                apply(client, _wanted(context))
            raise
        progress(2, 3, f"moving traffic to version {version}")
        settle(client, lambda: _wanted(context), context.settings.serving_timeout)
    progress(3, 3, f"version {version} is in force")
    return describe(collection, model, already)


def describe(collection: str, model: dict[str, Any], already_done: bool) -> Deployment:
    """The deployment of the version that `model` (its complete.json) describes."""
    return Deployment(collection, model["version"], model["architecture"], model["run"], model["dataset"], already_done)


def _prove(context: Context, client: ServingClient, collection: str, model: dict[str, Any], progress: Progress) -> None:
    version, seconds = model["version"], context.settings.serving_timeout
    ends = time.monotonic() + seconds
    progress(0, 3, f"waiting for the model server to load version {version}")
    _wait_for_folder(Path(context.settings.models_folder), collection, version, seconds)
    bring_up(
        client, lambda: _wanted(context, collection, version), collection, version, max(ends - time.monotonic(), 1)
    )
    progress(1, 3, f"asking version {version} about images of known answers")
    golden = Golden(
        [base64.b64decode(image["image_b64"]) for image in model["golden"]],
        np.array([golden_answers(image) for image in model["golden"]], np.float32),
    )
    meaning = meaning_of(model)
    verify(client, collection, version, meaning.task, len(meaning.classes), golden)


def _wait_for_folder(base: Path, collection: str, version: int, seconds: float) -> None:
    """Wait until the version was mirrored, where the server's folder is on this machine.

    A server that is told of a model without a folder waits for it, and takes no other orders meanwhile.
    """
    folder, ends = base / collection / str(version), time.monotonic() + seconds
    while base.is_dir() and not folder.is_dir():
        if time.monotonic() > ends:
            raise ServingUnavailable(
                f"{folder} did not appear within {seconds:g} s. `fototeca sync --models {base}` brings it there: look "
                "whether that runs, and at its log."
            )
        time.sleep(0.1)


def _wanted(context: Context, collection: str | None = None, version: int | None = None) -> list[ServedModel]:
    tried = {collection: version} if collection is not None and version is not None else {}
    return wanted_models(context.store, context.settings.models_folder, tried=tried)
