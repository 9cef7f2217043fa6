"""From uploads to what the model server takes: encoded images, in batches, fetched while others are classified."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from PIL import Image, UnidentifiedImageError

from fototeca.archive.encoded import as_decodable
from fototeca.collections.schema import ImageLimits

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Request:
    """One upload, ready to be sent, or the reason why it is not."""

    upload: str
    etag: str
    id: str
    image: bytes
    refused: str | None = None


def prepare(upload: str, etag: str, content: bytes, limits: ImageLimits) -> Request:
    """Look at an upload's header, and decide whether and how it is sent.

    The pixels of formats that the graph decodes are left to the graph, which refuses what is damaged.
    """
    identity = hashlib.sha256(content).hexdigest()
    if not content:
        return Request(upload, etag, identity, b"", "empty: the file has no bytes")
    if len(content) > limits.max_bytes:
        return Request(upload, etag, identity, b"", f"too large: {len(content):,} bytes, {limits.max_bytes:,} allowed")
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = image.width * image.height
        if pixels > limits.max_pixels:
            return Request(upload, etag, identity, b"", f"too large: {pixels:,} pixels, {limits.max_pixels:,} allowed")
        sent = as_decodable(content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return Request(upload, etag, identity, b"", f"unreadable: {error}")
    return Request(upload, etag, identity, sent)


def map_ahead(work: Callable[[T], R], items: Iterable[T], threads: int, ahead: int) -> Iterator[R]:
    """`map` on threads, in order, with never more than `ahead` items begun and not yet taken."""
    with ThreadPoolExecutor(threads) as pool:
        source = iter(items)
        begun = [pool.submit(work, item) for item in islice(source, ahead)]
        try:
            while begun:
                yield begun.pop(0).result()
                begun.extend(pool.submit(work, item) for item in islice(source, 1))
        finally:
            for future in begun:
                future.cancel()


def batch(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last one shorter."""
    source = iter(items)
    while some := list(islice(source, size)):
        yield some
