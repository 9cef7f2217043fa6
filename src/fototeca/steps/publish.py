"""Putting a page where people open it: in the archive, and on this machine."""

import os
from pathlib import Path

from fototeca.context import Context


def publish(context: Context, page: str, key: str, *files: Path) -> None:
    """Write a page under `key` in the archive and into `files`; each appears whole or not at all."""
    content = page.encode()
    context.store.put(key, content)
    for file in files:
        _write(file, content)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    part.write_bytes(content)
    part.replace(file)
