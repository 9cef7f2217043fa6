"""Making a trained run a version that servers can load."""

import base64
from pathlib import Path
from typing import Any

from fototeca.archive import keys
from fototeca.archive.encoded import as_decodable
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.archive.store import ObjectAbsent, Store, as_json
from fototeca.context import Progress
from fototeca.errors import Conflict, NothingToDeploy
from fototeca.selection.ledger import entries
from fototeca.selection.meaning import meaning_of
from fototeca.selection.shelf import COMPLETE, Shelf, read_shelves

MODEL = "saved_model/"


def read_result(store: Store, collection: str, architecture: str, run: str) -> dict[str, Any]:
    """A run's result.json.

    Raises:
        NothingToDeploy: the run does not exist, or did not end.
    """
    try:
        result: dict[str, Any] = store.get_json(keys.model(collection, architecture, run, "result.json"))
    except ObjectAbsent as error:
        raise NothingToDeploy(
            f"There is no finished run {run} of {architecture} for {collection}: {error} "
            f"`fototeca train {collection} --architecture {architecture}` makes one."
        ) from error
    return result


def publish(store: Store, collection: str, result: dict[str, Any], scratch: Path, progress: Progress) -> dict[str, Any]:
    """Copy a run's SavedModel to a version of its own, and return that version's complete.json.

    A run that is complete under a version keeps it, unless a server rejected it. What an interrupted attempt left is
    removed, and its number used.

    Raises:
        Conflict: another run was published under the same number meanwhile.
    """
    shelf = read_shelves(store, collection).get(collection, Shelf())
    for version in sorted(shelf.servable, reverse=True):
        model: dict[str, Any] = store.get_json(keys.served(collection, version, COMPLETE))
        if (model["architecture"], model["run"]) == (result["architecture"], result["run"]):
            return model
    promoted = max((entry.version for entry in entries(store, collection)), default=0)
    version = max({promoted} | shelf.complete) + 1
    leftovers = set(shelf.objects) - shelf.complete
    store.delete(keys.served(collection, old, name) for old in leftovers for name in shelf.objects[old])
    files = {
        name.removeprefix(MODEL): facts for name, facts in sorted(result["files"].items()) if name.startswith(MODEL)
    }
    for done, name in enumerate(files):
        progress(done, len(files), "copying the model to where servers load it from")
        source = keys.model(collection, result["architecture"], result["run"], f"{MODEL}{name}")
        store.copy(source, keys.served(collection, version, name))
    meaning = meaning_of(result)
    model = {
        "version": version,
        "architecture": result["architecture"],
        "run": result["run"],
        "dataset": result["dataset"],
        "task": meaning.task,
        "classes": result["classes"],
        "years": meaning.years.model_dump() if meaning.in_years and meaning.years else None,
        "files": files,
        "golden": _golden(store, collection, result, scratch),
    }
    if not store.put_new(keys.served(collection, version, COMPLETE), as_json(model)):
        raise Conflict(f"Version {version} of {collection} was published by somebody else meanwhile; run again.")
    progress(len(files), len(files), f"version {version} is complete")
    return model


def golden_answers(image: dict[str, Any]) -> list[float]:
    """Training's answers to one of the images in golden.json or complete.json; once they were always probabilities."""
    answers: list[float] = image["answers"] if "answers" in image else image["probabilities"]
    return answers


def _golden(store: Store, collection: str, result: dict[str, Any], scratch: Path) -> list[dict[str, Any]]:
    """Images for the smoke request, as the server is sent them, and training's answers to each."""
    key = keys.model(collection, result["architecture"], result["run"], "golden.json")
    golden = []
    for image in store.get_json(key):
        shard = fetch_shard(store, collection, image["shard"], scratch)
        content = as_decodable(read_image(shard, image["offset"], image["bytes"]))
        golden.append({"image_b64": base64.b64encode(content).decode(), "answers": golden_answers(image)})
    return golden
