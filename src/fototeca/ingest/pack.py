"""Packing images into shards: tars of about 32 MB that hold the original bytes.

The same images in the same order give the same shards, byte for byte, so an ingest that is run again finds them
stored already.
"""

import hashlib
import tarfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.ingest.spool import Spool

SHARD_BYTES = 32_000_000
"""A shard is stored while the next is filled, so smaller ones leave less to wait for at the end."""


class Packer:
    """Writes shards one after the other; a full one is stored while the next is filled."""

    def __init__(self, store: Store, collection: str, spool: Spool, folder: Path) -> None:
        self.store = store
        self.collection = collection
        self.spool = spool
        self.folder = folder
        self.number = spool.one("SELECT coalesce(max(number), 0) FROM shards")
        self.tar: BinaryIO | None = None
        self.sender = ThreadPoolExecutor(1)
        self.sending: Future[tuple[int, str]] | None = None

    def add(self, name: str, content: bytes) -> tuple[int, int]:
        """Pack an image; the number of its shard, and the offset of its bytes within."""
        if self.tar is None:
            self.number += 1
            self.tar = self._file(self.number).open("wb")
        member = tarfile.TarInfo(name)
        member.size = len(content)  # time, owner and mode stay as TarInfo has them: always the same
        self.tar.write(member.tobuf(tarfile.USTAR_FORMAT))
        place = self.number, self.tar.tell()
        self.tar.write(content)
        _fill(self.tar, tarfile.BLOCKSIZE)
        if self.tar.tell() >= SHARD_BYTES:
            self._finish()
        return place

    def _finish(self) -> None:
        self._collect()
        if self.tar is not None:
            self.tar.write(bytes(2 * tarfile.BLOCKSIZE))
            _fill(self.tar, tarfile.RECORDSIZE)
            self.tar.close()
            self.tar = None
            self.sending = self.sender.submit(self._send, self.number)

    def _send(self, number: int) -> tuple[int, str]:
        file = self._file(number)
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = file.stat().st_size
        key = keys.shard(self.collection, sha256)
        if self.store.size(key) != size:
            self.store.upload(file, key)
        file.unlink()
        return number, sha256

    def _collect(self) -> None:
        """Wait for the shard that is being sent."""
        if self.sending is not None:
            self.spool.run("INSERT INTO shards VALUES (?, ?)", *self.sending.result())
            self.sending = None

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.tar"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Store what is not stored yet; nothing more if the ingest failed."""
        try:
            if error is None:
                self._finish()
                self._collect()
            elif self.tar is not None:
                self.tar.close()
        finally:
            self.sender.shutdown()


def _fill(tar: BinaryIO, size: int) -> None:
    """Write zeros up to the next whole number of `size` bytes."""
    tar.write(bytes(-tar.tell() % size))
