"""The words of ingest: a file of a source, why one is refused, and how its bytes are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

DESCRIPTIONS = (".txt", ".csv", ".md", ".rst", ".pdf", ".html", ".json", ".yaml", ".yml", ".xml", ".sha256", ".md5")
"""Endings of files that describe a source and are not meant to be images."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source."""

    path: str
    """Within the source, with slashes; already known to be safe."""
    size: int
    """In bytes, as the source declares it."""
    place: tuple[int, ...] = ()
    """Where the source's reader finds it, if the path does not say so."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, or what names one, that does not become part of the dataset."""

    path: str
    reason: str


class Reader(Protocol):
    """Reads a source's files. It is sent to other processes, so it holds no open file or connection."""

    def read(self, files: Sequence[File], limit: int) -> Iterator[bytes | Refusal]:
        """The bytes of each file, or why there are none; a file of more than `limit` bytes is refused."""

    def open(self, file: File) -> BinaryIO:
        """A file that describes the source, such as one of labels."""


class Source(Protocol):
    """What images come from."""

    @property
    def name(self) -> str:
        """As people know it: a path or a URL."""

    @property
    def reader(self) -> Reader:
        """Reads its files."""

    @property
    def table(self) -> str | None:
        """Path of the CSV that lists the files, where the source is such a CSV."""

    def files(self) -> Iterator[File | Refusal]:
        """All files, in any order, each listed when it is asked for."""


def safe_path(raw: str) -> str:
    """A path within a source, normalized.

    Raises:
        ValueError: it would lead out of the source, or can't be shown or stored; the message is the reason.
    """
    if not raw.isprintable():
        raise ValueError("its name holds characters that can't be printed")
    if raw.startswith("/") or raw[1:2] == ":":
        raise ValueError("its path is absolute")
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError("its path climbs out of the source")
    if not parts:
        raise ValueError("its name is empty")
    return "/".join(parts)


def folder_of(path: str) -> str:
    """The folder of a path; an empty string for the root."""
    return path.rpartition("/")[0]


def is_litter(path: str) -> bool:
    """Whether an operating system left this file: it is neither an image nor worth a word."""
    parts = path.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def too_large(size: int, limit: int) -> str:
    """The reason for refusing a file of that many bytes."""
    return f"{size:,} bytes are more than the {limit:,} that the collection accepts"
