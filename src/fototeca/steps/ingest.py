"""The step `ingest`: a source's images become part of a collection's archive."""

from fototeca.context import Context, Progress, unseen
from fototeca.ingest.run import IngestResult, ingest_source

__all__ = ["IngestResult", "ingest"]


def ingest(
    context: Context, collection: str, source: str, *, replace: bool = False, progress: Progress = unseen
) -> IngestResult:
    """Measure, pack and describe a source's images, and add them to the newest dataset.

    Args:
        context: Settings and archive.
        collection: Name of the collection.
        source: A folder, a zip, a CSV of files and labels, `s3://bucket/prefix`, or a prefix in the archive's bucket.
        replace: Make the dataset exactly this source, instead of adding to the newest one.
        progress: Told how many images are measured.

    Raises:
        SourceError: nothing of the source can be used, or it mixes synthetic with real images.
        Conflict: another ingest of this collection is at work.
    """
    return ingest_source(context, context.collection(collection), source, replace, progress)
