"""What every sample needs: it appears complete or not at all, in several processes, and each image says it is drawn."""

import io
import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fototeca import synthetic
from fototeca.context import Progress

COMPLETE = "sample.json"
QUALITY = 84
Picture = NDArray[np.uint8]
"""uint8, [height, width] if grey, [height, width, 3] if in colour."""


@dataclass(frozen=True)
class Sample:
    """Where a sample lies."""

    source: Path
    """What to ingest: a zip or a folder."""
    uploads: Path
    """Folder of images without labels; what they show is in truth.csv beside it."""


class Draw(Protocol):
    """Draws a collection's sample below a folder, unless it is there already."""

    def __call__(self, folder: Path, *, seed: int = ..., uploads: int = ..., progress: Progress = ...) -> Sample:
        """Where it lies; the same seed and number of uploads give the same bytes."""


def draw_once(folder: Path, name: str, draw: Callable[[Path], None], **drawn: object) -> Path:
    """The folder of a sample below `folder`, unless it is there already; `drawn` is noted in it.

    Args:
        folder: In which the sample gets a folder of its own.
        name: Of that folder; it must differ for whatever is drawn differently.
        draw: Draws into an empty folder that it is given.
        drawn: What the sample was drawn by, such as its seed.
    """
    home = folder / name
    if (home / COMPLETE).exists():
        return home
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".drawing-", dir=folder))
    try:
        (work / "uploads").mkdir()
        draw(work)
        (work / COMPLETE).write_text(json.dumps(drawn))
        work.chmod(0o755)
        work.rename(home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return home


def drawing_processes() -> ProcessPoolExecutor:
    """A process for each processor."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))


def encode(picture: Picture) -> bytes:
    """The picture as a JPEG that says that it is drawn."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=QUALITY, comment=synthetic.COMMENT)
    return file.getvalue()


def notice(subject: str) -> str:
    """What the file beside drawn images says of them."""
    return (
        f"These {subject} are synthetic: Fototeca drew them, no camera took them.\n"
        "They serve to try the pipeline out. Every image says so in its JPEG comment.\n"
    )
