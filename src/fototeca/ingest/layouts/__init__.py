"""How a source says what its images show: each layout is recognised by the names of the source's files."""

from fototeca.collections import Collection
from fototeca.errors import SourceError
from fototeca.ingest.files import Source
from fototeca.ingest.layouts import class_folders, table, zenodo
from fototeca.ingest.layouts.layout import Layout
from fototeca.ingest.spool import Spool

__all__ = ["Layout", "recognise"]


def recognise(source: Source, spool: Spool, collection: Collection) -> Layout:
    """The layout of a source of which all files are listed in the spool.

    Raises:
        SourceError: nothing in the source says what its images show, or two things do.
    """
    for find in (zenodo.find, table.find, class_folders.find):
        if layout := find(source, spool, collection):
            return layout
    if not spool.one("SELECT 1 FROM files LIMIT 1"):
        raise SourceError(f"{source.name} holds no file that can be read.")
    raise SourceError(
        f"{source.name} does not say what its images show. It needs labels-map-proj*.txt as Zenodo's sets have them, "
        f"a CSV with the columns file and label (or year), or a folder for each class: "
        f"{', '.join(collection.vocabulary)}."
    )
