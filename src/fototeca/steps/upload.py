"""The step `upload`: new images go into a collection's drop zone, to be classified in the coming night."""

from pathlib import Path

from fototeca.context import Context, Progress, unseen
from fototeca.ingest.upload import Uploaded, upload_images

__all__ = ["Uploaded", "upload"]


def upload(
    context: Context, collection: str, source: Path | str, *, batch: str | None = None, progress: Progress = unseen
) -> Uploaded:
    """Put a folder's images, or one image, into the drop zone; those that lie there already are skipped.

    Args:
        context: Settings and archive.
        collection: Name of the collection.
        source: The folder or image.
        batch: Folder in the drop zone; if not given, the source's own name.
        progress: Told how many images are uploaded.

    Raises:
        SourceError: there is no such folder or image, or none in the folder.
    """
    return upload_images(context, context.collection(collection).name, Path(source), batch, progress)
