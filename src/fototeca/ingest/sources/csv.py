"""A CSV that lists files and their labels. Only the files that it names are looked at."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fototeca.errors import SourceError
from fototeca.ingest.files import File, Refusal, safe_path
from fototeca.ingest.sources.folder import FolderReader, file_or_refusal

BESIDE = ("", "images")
"""Folders that a CSV's paths may start from, beside the CSV: the first in which a listed file is."""


@dataclass(frozen=True)
class CsvSource:
    """The files that a CSV names, relative to it or to a folder `images` beside it."""

    file: Path

    @property
    def name(self) -> str:
        """The CSV's path."""
        return str(self.file)

    @property
    def table(self) -> str:
        """The CSV itself, within its folder."""
        return self.file.name

    @property
    def reader(self) -> FolderReader:
        """Reads the files."""
        return FolderReader(str(self.file.parent))

    def files(self) -> Iterator[File | Refusal]:
        """The CSV, and every file that it names and that exists; the same file is listed once for each line.

        Raises:
            SourceError: the CSV has no column `file`.
        """
        root = self.file.parent
        yield File(self.file.name, self.file.stat().st_size)
        with self.file.open(encoding="utf-8-sig", errors="replace", newline="") as content:
            lines = csv.DictReader(content)
            if "file" not in (lines.fieldnames or ()):
                raise SourceError(f"{self.file} has no column `file`. Its first line must name the columns.")
            for line in lines:
                yield from _named(root, line["file"] or "")


def _named(root: Path, raw: str) -> Iterator[File | Refusal]:
    try:
        path = safe_path(raw)
    except ValueError:
        return  # the layout, which knows the line, refuses it
    for folder in BESIDE:
        where = f"{folder}/{path}".lstrip("/")
        file = root / where
        if file.is_symlink() or (file.exists() and not file.resolve().is_relative_to(root)):
            yield Refusal(where, "it is a symbolic link, which is not followed")
        elif file.is_file():
            yield file_or_refusal(where, file)
