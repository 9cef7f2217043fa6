"""Mirror the promoted models from the archive into a model server's folder."""

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import FototecaError, ModelRejected
from fototeca.selection.shelf import COMPLETE, read_shelves, wanted_models
from fototeca.serving.client import open_client
from fototeca.serving.configuration import ServedModel, as_text, make_config
from fototeca.serving.rollout import apply

log = logging.getLogger(__name__)

CONFIG = "models.config"
ARRIVING, LEAVING = ".arriving-", ".leaving-"
"""Beginnings of the names of folders that are not whole; a model server passes over names that are no numbers."""
COLLECTION, VERSION = re.compile(r"[a-z][a-z0-9_]{0,39}"), re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Mirrored:
    """What one look at the archive changed in the folder; versions as `<collection>/<version>`."""

    fetched: list[str]
    removed: list[str]
    damaged: list[str]
    models: tuple[ServedModel, ...]
    """What a model server on this folder is to serve."""
    configured: bool
    """Whether that is news."""


def sync_once(context: Context, folder: Path) -> Mirrored:
    """Make the folder hold exactly the archive's complete versions, and its `models.config` what is in force.

    Versions appear and vanish whole. One that arrives damaged is left out, and fetched again the next time.

    Raises:
        ArchiveUnavailable: object storage can't be reached; the folder stays as it is.
    """
    folder = folder.absolute()
    shelves = read_shelves(context.store)
    there = {(collection, version) for collection, shelf in shelves.items() for version in shelf.servable}
    here = set(_local_versions(folder))
    fetched, removed, damaged = [], [], []
    for collection, version in sorted(there - here):
        try:
            _fetch(context, collection, version, folder / collection)
            fetched.append(f"{collection}/{version}")
        except ModelRejected as error:
            log.error("%s", error)
            damaged.append(f"{collection}/{version}")
    mirrored = set(_local_versions(folder)) & there
    base = context.settings.serving_models or str(folder)
    models = wanted_models(context.store, base, present=lambda c, v: (c, v) in mirrored)
    configured = _write_config(folder, models)
    for collection, version in sorted(here - there):
        _remove(folder / collection, version)
        removed.append(f"{collection}/{version}")
    return Mirrored(fetched, removed, damaged, tuple(models), configured)


def sync_forever(context: Context, folder: Path, interval: float = 2.0) -> None:
    """Look every `interval` seconds until the process is ended, through outages of storage and server alike.

    The model server is told whenever what is in force has changed, as every replica has its own copy of this step.
    """
    untold = True
    while True:
        try:
            mirrored = sync_once(context, folder)
            for what in ("fetched", "removed"):
                for version in getattr(mirrored, what):
                    log.info("%s %s", what, version)
            if untold := untold or mirrored.configured:
                untold = not _tell(context, mirrored.models)
        except (FototecaError, OSError) as error:
            log.warning("%s Trying again in %g s.", error, interval)
        time.sleep(interval)


def _tell(context: Context, models: tuple[ServedModel, ...]) -> bool:
    if not models:
        return True
    with open_client(context.settings, attempts=1) as client:
        return apply(client, models)


def _fetch(context: Context, collection: str, version: int, folder: Path) -> None:
    model: dict[str, Any] = context.store.get_json(keys.served(collection, version, COMPLETE))
    arriving = folder / f"{ARRIVING}{version}"
    shutil.rmtree(arriving, ignore_errors=True)
    for name, facts in model["files"].items():
        where = keys.served(collection, version, name)
        if not _is_inside(name):
            raise ModelRejected(f"s3://{context.store.bucket}/{where}: this name leads out of the model's folder.")
        file = arriving / name
        context.store.download(where, file)
        if _hash_kept(file) != facts["sha256"]:
            raise ModelRejected(f"s3://{context.store.bucket}/{where} does not have the hash that {COMPLETE} gives.")
    arriving.rename(folder / str(version))


def _remove(folder: Path, version: int) -> None:
    leaving = folder / f"{LEAVING}{version}"
    shutil.rmtree(leaving, ignore_errors=True)
    (folder / str(version)).rename(leaving)
    shutil.rmtree(leaving, ignore_errors=True)


def _write_config(folder: Path, models: list[ServedModel]) -> bool:
    """Write `models.config`, unless it says this already; whether it was written."""
    file, text = folder / CONFIG, as_text(make_config(models))
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{CONFIG}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(file)
    return True


def _local_versions(folder: Path) -> Iterator[tuple[str, int]]:
    for collection in folder.glob("*/"):
        if COLLECTION.fullmatch(collection.name):
            for version in collection.glob("*/"):
                if VERSION.fullmatch(version.name):
                    yield collection.name, int(version.name)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _hash_kept(file: Path) -> str:
    """The hash of a file that is on the disk to stay."""
    with file.open("rb") as content:
        os.fsync(content.fileno())
        return hashlib.file_digest(content, "sha256").hexdigest()
