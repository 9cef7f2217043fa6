"""Putting a page where people open it: in the archive, and on this machine."""

import os
from pathlib import Path

from fototeca.context import Context


def publish(context: Context, page: str, key: str, *files: Path) -> None:
    """Write a page under `key` in the archive and into `files`; each appears whole or not at all."""
    context.store.put(key, page.encode())
    for file in files:
        write_page(file, page)


def write_page(file: Path, page: str) -> None:
    """Write a page on this machine; it appears whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    part.write_text(page, encoding="utf-8")
    part.replace(file)
