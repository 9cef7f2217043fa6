"""Reading images back out of shards."""

import hashlib
from pathlib import Path

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.errors import ArchiveUnavailable


def fetch_shard(store: Store, collection: str, sha256: str, scratch: Path) -> Path:
    """A shard as a local file, checked against its hash; fetched once, since shards never change.

    Raises:
        ArchiveUnavailable: what arrived does not have the hash in its name.
    """
    file = scratch / "shards" / f"{sha256}.tar"
    if file.exists():
        return file
    arrived = file.with_name(f"{sha256}.arrived")
    store.download(keys.shard(collection, sha256), arrived)
    with arrived.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        arrived.unlink()
        raise ArchiveUnavailable(f"{keys.shard(collection, sha256)} arrived with the hash {found}; it was damaged.")
    arrived.replace(file)
    return file


def read_image(shard: Path, offset: int, length: int) -> bytes:
    """The original bytes of one image of a local shard."""
    with shard.open("rb") as content:
        content.seek(offset)
        return content.read(length)
