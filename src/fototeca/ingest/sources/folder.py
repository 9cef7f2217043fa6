"""A folder on this machine."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fototeca.errors import SourceError
from fototeca.ingest.files import File, Refusal, safe_path, too_large


@dataclass(frozen=True)
class FolderReader:
    """Reads files below a folder; a symbolic link is never followed."""

    root: str

    def read(self, files: Sequence[File], limit: int) -> Iterator[bytes | Refusal]:
        """The bytes of each file, or why there are none."""
        for file in files:
            if file.size > limit:
                yield Refusal(file.path, too_large(file.size, limit))
                continue
            try:
                with self.open(file) as content:
                    yield content.read(limit)
            except OSError as error:
                yield Refusal(file.path, f"it can't be read: {error.strerror}")

    def open(self, file: File) -> BinaryIO:
        """The file, for reading."""
        return os.fdopen(os.open(os.path.join(self.root, file.path), os.O_RDONLY | os.O_NOFOLLOW), "rb")


@dataclass(frozen=True)
class FolderSource:
    """All files below a folder."""

    root: Path
    table: str | None = None

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.root)

    @property
    def reader(self) -> FolderReader:
        """Reads the folder's files."""
        return FolderReader(str(self.root))

    def files(self) -> Iterator[File | Refusal]:
        """Every regular file; what else there is, such as a symbolic link, is refused.

        Raises:
            SourceError: a folder can't be listed.
        """
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(self.root / folder) as entries:
                    for entry in entries:
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(path)
                        else:
                            yield file_or_refusal(path, entry)
            except OSError as error:
                raise SourceError(f"{self.root / folder} can't be listed: {error.strerror}.") from error


def file_or_refusal(path: str, entry: "os.DirEntry[str] | Path") -> File | Refusal:
    """What a directory entry is to ingest."""
    if entry.is_symlink():
        return Refusal(path, "it is a symbolic link, which is not followed")
    if not entry.is_file():
        return Refusal(path, "it is no regular file")
    try:
        return File(safe_path(path), entry.stat().st_size)
    except ValueError as error:
        return Refusal(path, str(error))
