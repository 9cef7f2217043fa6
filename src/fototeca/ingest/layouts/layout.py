"""What every layout tells, in the same words."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fototeca.collections import Collection
from fototeca.errors import SourceError
from fototeca.ingest.dates import PhotoDate
from fototeca.ingest.files import Refusal, Source, folder_of
from fototeca.ingest.spool import Spool

DEEPEST = 3
"""Folders below the root of a source in which its label files are looked for."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a source says of one of its files."""

    path: str
    """Of the file, within the source."""
    name: str
    """By which the dataset knows the image: as the label file spells it."""
    label: str
    stated_in: str
    """Where the source says so, such as `labels.txt, line 3`."""
    split: str | None = None
    date: PhotoDate | None = None
    group: str | None = None
    source: str = ""
    """Where the image is from, such as a studio's estate."""
    place: str | None = None
    """That the image shows."""


@dataclass(frozen=True)
class Layout:
    """A source's way of saying what its images show."""

    title: str
    base: str
    """Folder in which its label files or class folders lie."""
    described_by: frozenset[str]
    """Its label files."""
    labels: Callable[[], Iterator[Label | Refusal]]
    """Reads the labels; a line that says nothing usable comes as a refusal."""


class Vocabulary:
    """Finds a collection's labels by the spellings that sources use."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.by_spelling = {_plain(label): label for label in collection.vocabulary}

    def by_name(self, name: str) -> str | None:
        """The label of that name, in any case and with spaces, dashes or underscores."""
        return self.by_spelling.get(_plain(name))

    def by_id(self, number: str) -> str | None:
        """The label of which this is the place in the collection's list."""
        labels = self.collection.labels
        return labels[int(number)] if number.isascii() and number.isdigit() and int(number) < len(labels) else None

    def __str__(self) -> str:
        return ", ".join(self.collection.vocabulary)


@contextmanager
def text_of(source: Source, spool: Spool, path: str) -> Iterator[io.TextIOWrapper]:
    """A label file's text."""
    file = spool.file(path)
    if file is None:
        raise SourceError(f"{source.name} has no file {path}.")
    with source.reader.open(file) as content, io.TextIOWrapper(content, "utf-8-sig", "replace", newline="") as text:
        yield text


def candidates(spool: Spool, suffix: str) -> list[str]:
    """Files of that ending that are not too deep to be label files, the shallowest first."""
    found = [path for (path,) in spool.rows("SELECT path FROM files WHERE path LIKE ? LIMIT 1000", f"%{suffix}")]
    return sorted((path for path in found if path.count("/") <= DEEPEST), key=lambda path: (path.count("/"), path))


def within(folder: str, path: str) -> str:
    """A path below a folder, from the source's root."""
    return f"{folder}/{path}" if folder else path


def only_one(source: Source, files: list[str]) -> str | None:
    """The shallowest of the files.

    Raises:
        SourceError: two are equally deep, so it can't be said which one is meant.
    """
    top = [file for file in files if file.count("/") == files[0].count("/")]
    if len(top) > 1:
        raise SourceError(f"{source.name} has {len(top)} label files: {', '.join(top[:5])}. Give one set at a time.")
    return top[0] if top else None


def is_description_place(base: str, path: str) -> bool:
    """Whether a file lies where sources explain themselves: beside the label files, or above."""
    folder = folder_of(path)
    return folder == base or not folder or base.startswith(folder + "/")


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").casefold().split())
