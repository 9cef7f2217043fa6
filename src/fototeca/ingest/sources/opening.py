"""Finding out what kind of source is meant: a folder, a zip, a CSV of files and labels, or a prefix in a bucket."""

from pathlib import Path
from zipfile import is_zipfile

from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.ingest.files import Source
from fototeca.ingest.sources.bucket import BucketSource
from fototeca.ingest.sources.csv import CsvSource
from fototeca.ingest.sources.folder import FolderSource
from fototeca.ingest.sources.zip import ZipSource

KINDS = "a folder, a zip, a CSV of files and labels, or s3://bucket/prefix"


def open_source(context: Context, source: str) -> Source:
    """What `source` names: a path on this machine, `s3://bucket/prefix`, or a prefix in the archive's bucket.

    Raises:
        SourceError: nothing is there, or nothing that images can be read from.
    """
    if source.startswith("s3://"):
        bucket, _, prefix = source.removeprefix("s3://").partition("/")
        return BucketSource(context.settings, bucket, prefix)
    path = Path(source).expanduser()
    if path.is_dir():
        return FolderSource(path.resolve())
    if path.is_file():
        return _open_file(path.resolve())
    if source and not path.is_absolute() and next(context.store.list(source.rstrip("/") + "/"), None):
        return BucketSource(context.settings, context.store.bucket, source)
    raise SourceError(f"{source!r} is neither on this machine nor in the bucket. Give {KINDS}.")


def _open_file(path: Path) -> Source:
    if path.suffix.lower() == ".csv":
        return CsvSource(path)
    if is_zipfile(path):
        return ZipSource(path)
    hint = " It is no zip, or its end is missing." if path.suffix.lower() == ".zip" else ""
    raise SourceError(f"{path} can't be read as a source.{hint} Give {KINDS}.")
