"""What the main job works on: the images to learn from, and those to classify."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from fototeca.archive import keys
from fototeca.archive.manifest import read_manifest
from fototeca.archive.shards import fetch_shard, read_image
from fototeca.context import Context, Progress
from fototeca.errors import SourceError
from fototeca.ingest.upload import safe_name

SEED = 7
HELD_OUT = 200
"""Test images that serve as uploads where none are given: enough to see a night, not so many as to wait for it."""


@dataclass(frozen=True)
class Source:
    """Where the images are, and what changes when they do."""

    path: str
    fingerprint: str
    uploads: Path | None
    """Folder of images to classify; unset, held-out images of the dataset."""


def find_source(
    context: Context, collection: str, given: str | None, uploads: Path | None, progress: Progress
) -> Source:
    """The source that was given, or the collection's sample, drawn once.

    Raises:
        SourceError: there is nothing where the user said, or no sample of this collection.
    """
    if uploads and not uploads.exists():
        raise SourceError(f"UPLOADS={uploads}: there is no such folder.")
    definition = context.collection(collection).model_dump_json()
    if given is None:
        return _draw(context, collection, definition, uploads, progress)
    if given.startswith("s3://"):
        return Source(given, _digest([definition, given, os.urandom(8).hex()]), uploads)
    path = Path(given).expanduser().absolute()
    if not path.exists():
        raise SourceError(f"SOURCE={given}: there is no such folder or file.")
    return Source(str(path), _digest([definition, str(path), *_files(path)]), uploads)


def upload_held_out(context: Context, collection: str, dataset: str, batch: str, progress: Progress) -> int:
    """Put some images that training never saw into a folder of the drop zone; how many there are."""
    columns = ["name", "split", "bytes", "shard", "offset"]
    table = read_manifest(context.store, collection, dataset, context.scratch, columns)
    rows = table.filter(pc.field("split") == "test").slice(0, HELD_OUT).to_pylist()
    prefix = f"{keys.uploads(collection)}{batch}/"
    present = {entry.key for entry in context.store.list(prefix)}
    for done, row in enumerate(rows, start=1):
        key = prefix + safe_name(row["name"])
        if key not in present:
            shard = fetch_shard(context.store, collection, row["shard"], context.scratch)
            context.store.put_new(key, read_image(shard, row["offset"], row["bytes"]))
        progress(done, len(rows), "held-out images")
    return len(rows)


def waiting_fingerprint(context: Context, collection: str) -> str:
    """Changes when the drop zone does."""
    return _digest(f"{entry.key} {entry.etag}" for entry in context.store.list(keys.uploads(collection)))


def _draw(context: Context, collection: str, definition: str, uploads: Path | None, progress: Progress) -> Source:
    from fototeca.samples import SAMPLES

    if collection not in SAMPLES:
        raise SourceError(
            f"There is no sample of {collection}, only of {', '.join(SAMPLES)}; say which images: "
            f"make run COLLECTION={collection} SOURCE=<folder, zip or CSV>."
        )
    folder = context.settings.home.absolute() / "samples" / f"{collection}-{SEED}"
    sample = SAMPLES[collection](folder, seed=SEED, progress=progress)
    fingerprint = _digest([definition, "sample", sample.source.parent.name])
    return Source(str(sample.source), fingerprint, uploads or sample.uploads)


def _files(path: Path) -> Iterator[str]:
    folders = sorted(os.walk(path)) if path.is_dir() else [(str(path.parent), [], [path.name])]
    for folder, _, names in folders:
        for name in sorted(names):
            facts = os.stat(os.path.join(folder, name))
            yield f"{folder}/{name} {facts.st_size} {facts.st_mtime_ns}"


def _digest(parts: Iterator[str] | list[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()[:12]
