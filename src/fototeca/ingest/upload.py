"""Putting new images into the drop zone."""

import hashlib
import os
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.context import Context, Progress
from fototeca.errors import SourceError
from fototeca.ingest.files import is_litter

ENDINGS = (".jpg", ".jpeg", ".png")
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
THREADS = 16


@dataclass(frozen=True)
class Uploaded:
    """What was put into the drop zone."""

    count: int
    skipped: int
    """Images that lay there already, byte for byte."""
    prefix: str


def upload_images(context: Context, collection: str, source: Path, batch: str | None, progress: Progress) -> Uploaded:
    """Put a folder's images, or one image, into `uploads/<collection>/<batch>/`.

    Raises:
        SourceError: there is no such folder or image, or none in the folder.
    """
    source = source.resolve()
    if not source.exists():
        raise SourceError(f"{source} does not exist. Give a folder of images, or one image.")
    root = source if source.is_dir() else source.parent
    prefix = f"{keys.uploads(collection)}{safe_name(batch or (root.name if source.is_dir() else source.stem))}/"
    there = {entry.key: entry.etag for entry in context.store.list(prefix)}
    sent = [0, 0]
    with ThreadPoolExecutor(min(THREADS, context.settings.connections)) as threads:
        waiting: deque[Future[bool]] = deque()
        for file in _images(source):
            key = prefix + "/".join(map(safe_name, file.relative_to(root).parts))
            waiting.append(threads.submit(_send, context.store, file, key, there.get(key)))
            if len(waiting) == 4 * THREADS:
                sent[waiting.popleft().result()] += 1
                progress(sum(sent), None, "uploading images")
        for future in waiting:
            sent[future.result()] += 1
            progress(sum(sent), None, "uploading images")
    if not sum(sent):
        raise SourceError(f"{source} holds no image: none of its files ends in {', '.join(ENDINGS)}.")
    return Uploaded(count=sent[True], skipped=sent[False], prefix=prefix)


def safe_name(raw: str) -> str:
    """A name as a part of a key: letters, digits, dots, dashes; what was changed stays distinct by a hash."""
    plain = UNSAFE.sub("_", raw).lstrip(".")
    if plain == raw:
        return raw
    stem, dot, ending = plain.rpartition(".")
    distinct = hashlib.sha256(raw.encode(errors="replace")).hexdigest()[:8]
    return f"{stem}-{distinct}{dot}{ending}" if stem else f"{plain}-{distinct}"


def _images(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if name.lower().endswith(ENDINGS) and not is_litter(name) and file.is_file() and not file.is_symlink():
                yield file


def _send(store: Store, file: Path, key: str, etag: str | None) -> bool:
    """Send a file unless it is there already; whether it was sent."""
    content = file.read_bytes()
    if etag == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return False
    store.put(key, content)
    return True
