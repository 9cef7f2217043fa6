"""A full disk ends an ingest with a clear error: nothing is half published, and with room again it succeeds.

Real faults: the kernel says of `/dev/full` that it is full, and SQLite says so of a database that may not grow.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.context import Context
from fototeca.errors import DiskFull
from fototeca.ingest import publish, spool
from fototeca.ingest.pack import Packer
from fototeca.steps.ingest import ingest

FULL = Path("/dev/full")
Fill = Callable[[pytest.MonkeyPatch], None]


def fill_shards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Packer, "_file", lambda self, number: FULL)


def fill_database(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(spool, "SCHEMA", spool.SCHEMA.replace("BEGIN;", "PRAGMA max_page_count = 11;\nBEGIN;"))


def fill_manifest(patch: pytest.MonkeyPatch) -> None:
    write = publish.write_manifest
    patch.setattr(publish, "write_manifest", lambda rows, file: write(rows, FULL))


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("fill", [fill_shards, fill_database, fill_manifest])
def test_a_full_disk_publishes_nothing_and_is_said(
    context: Context, landmarks: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill
) -> None:
    with monkeypatch.context() as patch:
        fill(patch)
        with pytest.raises(DiskFull, match=r"scratch is full, so nothing .* mars.* Make room there and ingest again"):
            ingest(context, "mars", str(landmarks))
    assert not list(AppendLog(context.store, keys.dataset_log("mars")).records())
    assert not list(context.store.list("archive/mars/datasets/"))
    assert not (context.scratch / "ingest" / "mars").exists()

    result = ingest(context, "mars", str(landmarks))

    assert (result.images, result.created) == (24, True)
