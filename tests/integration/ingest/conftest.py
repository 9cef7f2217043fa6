"""Small sources to ingest: pictures that all differ, in the layouts that users have."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fototeca.archive.manifest import read_manifest
from fototeca.context import Context

Picture = Callable[..., bytes]
Rows = Callable[[str], dict[str, dict[str, object]]]


@pytest.fixture
def picture() -> Picture:
    """Draws the picture of that number, encoded; the same number gives the same bytes."""

    def draw(number: int, *, mode: str = "L", size: int = 48, kind: str = "JPEG", **options: object) -> bytes:
        grey = np.random.default_rng(number).integers(0, 256, (size, size), np.uint8)
        file = io.BytesIO()
        Image.fromarray(grey).convert(mode).save(file, kind, **options)
        return file.getvalue()

    return draw


@pytest.fixture
def landmarks(tmp_path: Path, picture: Picture) -> Path:
    """Version 1's layout: 6 observations of 4 landmarks, of which the last is an `edge`."""
    folder = tmp_path / "hirise-v1"
    (folder / "map-proj").mkdir(parents=True)
    lines = []
    for observation in range(6):
        for number in range(4):
            name = f"ESP_01{observation:04d}_0950_RED-{number:04d}.jpg"
            (folder / "map-proj" / name).write_bytes(picture(observation * 10 + number))
            lines.append(f"{name} {6 if number == 3 else number % 2}\n")
    (folder / "labels-map-proj.txt").write_text("".join(lines))
    (folder / "README.md").write_text("About these images.")
    return folder


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[[Path], Path]:
    """Packs a folder into a zip, with the folder itself on top as many tools do."""

    def pack(folder: Path) -> Path:
        file = tmp_path / f"{folder.name}.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder.parent))
        return file

    return pack


@pytest.fixture
def rows(context: Context) -> Rows:
    """The manifest of a dataset of mars, by name."""

    def read(dataset: str, collection: str = "mars") -> dict[str, dict[str, object]]:
        table = read_manifest(context.store, collection, dataset, context.scratch)
        return {row["name"]: row for row in table.to_pylist()}

    return read


@pytest.fixture
def quarantined(context: Context) -> Callable[[], dict[str, dict[str, object]]]:
    """The records of what was refused, by name."""

    def read() -> dict[str, dict[str, object]]:
        keys = [entry.key for entry in context.store.list("archive/mars/quarantine/")]
        records = [context.store.get_json(key) for key in keys if key.endswith(".json")]
        return {record["name"]: record for record in records}

    return read
