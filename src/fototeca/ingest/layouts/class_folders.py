"""A folder for each class, named as the class or by its number; `train`, `val` and `test` may stand above them."""

from collections.abc import Iterator

from fototeca.collections import Collection
from fototeca.collections.splits import SPLITS
from fototeca.ingest.files import Refusal, Source
from fototeca.ingest.layouts.layout import Label, Layout, Vocabulary, within
from fototeca.ingest.spool import Spool


def find(source: Source, spool: Spool, collection: Collection) -> Layout | None:
    """The layout, if a folder of the source is named as a class."""
    vocabulary = Vocabulary(collection)
    bases = (_base(folder.split("/"), vocabulary) for (folder,) in spool.rows("SELECT DISTINCT folder FROM files"))
    base = min((base for base in bases if base is not None), key=len, default=None)
    if base is None:
        return None
    root = "/".join(base)

    def read() -> Iterator[Label | Refusal]:
        for (path,) in spool.rows("SELECT path FROM files"):
            below = path.removeprefix(within(root, ""))
            if "/" in below and (path != below or not root):
                yield _read_path(path, below, vocabulary)

    return Layout("a folder for each class", root, frozenset(), read)


def _base(parts: list[str], vocabulary: Vocabulary) -> list[str] | None:
    """What precedes the first part that is a class, or a split above a class."""
    for at, part in enumerate(parts):
        if _label(part, vocabulary):
            above = parts[:at]
            return above[:-1] if above and above[-1] in SPLITS else above
    return None


def _read_path(path: str, below: str, vocabulary: Vocabulary) -> Label | Refusal:
    first, _, rest = below.partition("/")
    split = first if first in SPLITS and "/" in rest else None
    folder = rest.partition("/")[0] if split else first
    label = _label(folder, vocabulary)
    if label is None:
        return Refusal(path, f"its folder {folder!r} is no class of the collection, which has {vocabulary}")
    return Label(path, below, label, f"folder {folder}", split)


def _label(folder: str, vocabulary: Vocabulary) -> str | None:
    return vocabulary.by_name(folder) or vocabulary.by_id(folder)
