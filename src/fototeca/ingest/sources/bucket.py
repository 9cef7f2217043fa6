"""A prefix in a bucket, the archive's own or another that the same credentials open."""

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from fototeca.archive.store import ObjectAbsent, Store, open_store
from fototeca.ingest.files import File, Refusal, safe_path, too_large
from fototeca.settings import Settings

THREADS = 16
"""Objects fetched at once, per process: each is small, so waiting is most of the time."""


@cache
def _store(settings: Settings, bucket: str) -> Store:
    """A client of this process's own: connections can't be sent to another."""
    return open_store(settings.model_copy(update={"bucket": bucket}))


@dataclass(frozen=True)
class BucketReader:
    """Reads objects below a prefix."""

    settings: Settings
    bucket: str
    prefix: str

    def read(self, files: Sequence[File], limit: int) -> Iterator[bytes | Refusal]:
        """The bytes of each object, or why there are none."""
        with ThreadPoolExecutor(THREADS) as threads:
            yield from threads.map(lambda file: self._read_one(file, limit), files)

    def _read_one(self, file: File, limit: int) -> bytes | Refusal:
        if file.size > limit:
            return Refusal(file.path, too_large(file.size, limit))
        try:
            return _store(self.settings, self.bucket).get(self.prefix + file.path)
        except ObjectAbsent:
            return Refusal(file.path, "it was removed while it was being ingested")

    def open(self, file: File) -> BinaryIO:
        """An object, fetched whole."""
        return io.BytesIO(_store(self.settings, self.bucket).get(self.prefix + file.path))


class BucketSource:
    """All objects below a prefix."""

    table: str | None = None

    def __init__(self, settings: Settings, bucket: str, prefix: str) -> None:
        folder = prefix.strip("/")
        self.reader = BucketReader(settings, bucket, f"{folder}/" if folder else "")

    @property
    def name(self) -> str:
        """The prefix's URL."""
        return f"s3://{self.reader.bucket}/{self.reader.prefix}"

    def files(self) -> Iterator[File | Refusal]:
        """Every object; one whose key can't be a path is refused."""
        for entry in _store(self.reader.settings, self.reader.bucket).list(self.reader.prefix):
            raw = entry.key.removeprefix(self.reader.prefix)
            if raw and not raw.endswith("/"):
                yield _file_or_refusal(raw, entry.size)


def _file_or_refusal(raw: str, size: int) -> File | Refusal:
    try:
        path = safe_path(raw)
    except ValueError as error:
        return Refusal(raw, str(error))
    return File(path, size) if path == raw else Refusal(raw, "its key is no plain path")
