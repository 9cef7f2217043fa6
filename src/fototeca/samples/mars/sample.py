"""A sample set: the zip of version 3.2, in small, and a folder of new uploads."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np

from fototeca import synthetic
from fototeca.context import Progress, unseen
from fototeca.samples.drawing import Picture, Sample, draw_once, drawing_processes, encode, notice
from fototeca.samples.mars.landforms import draw
from fototeca.samples.mars.plan import LABELS, Landmark, plan_landmarks

VERSION = 1
"""Counts up with every change of what is drawn, so that nobody takes an old sample for a new one."""
ZIP = "hirise-map-proj-v3_2.zip"
NOTICE = notice("landmarks of Mars")
COPIES: dict[str, Callable[[Picture, np.random.Generator], Picture]] = {
    "r90": lambda grey, _rng: np.rot90(grey),
    "r180": lambda grey, _rng: np.rot90(grey, 2),
    "r270": lambda grey, _rng: np.rot90(grey, 3),
    "fh": lambda grey, _rng: np.fliplr(grey),
    "fv": lambda grey, _rng: np.flipud(grey),
    "brt": lambda grey, rng: np.clip(grey * (1 + rng.choice((-1, 1)) * rng.uniform(0.08, 0.25)), 0, 255).astype(
        np.uint8
    ),
}
"""Augmented copies, which version 3.2 has of its training and validation images."""


@dataclass(frozen=True)
class _Drawn:
    """An image of the zip."""

    name: str
    label: str
    split: str
    content: bytes


def draw_landmarks(
    folder: Path, *, seed: int = 7, originals: int = 360, uploads: int = 120, progress: Progress = unseen
) -> Sample:
    """Draw a sample below `folder`, unless one of the same seed and size is there already.

    It appears there complete or not at all. The same arguments give the same bytes.

    Args:
        folder: In which the sample gets a folder of its own.
        seed: Another seed gives another Mars.
        originals: Landmarks in the zip, not counting their augmented copies.
        uploads: Landmarks that arrive later, without labels.
        progress: Told how many landmarks are drawn.
    """
    name = f"mars-v{VERSION}-{seed}-{originals}-{uploads}"
    drawn = {"seed": seed, "originals": originals, "uploads": uploads}
    home = draw_once(folder, name, lambda work: _draw_into(work, seed, originals, uploads, progress), **drawn)
    return Sample(home / ZIP, home / "uploads")


def _draw_into(work: Path, seed: int, originals: int, uploads: int, progress: Progress) -> None:
    (work / synthetic.FILE).write_text(NOTICE)
    with drawing_processes() as pool:
        drawn = pool.map(_draw_with_copies, plan_landmarks(seed, originals, series=0))
        total, done = originals + uploads, 0
        with ZipFile(work / ZIP, "w") as archive:
            lines: list[_Drawn] = []
            for some in drawn:
                for image in some:
                    _add(archive, f"map-proj-v3_2/{image.name}", image.content)
                    lines.append(_Drawn(image.name, image.label, image.split, b""))
                done += sum(Path(image.name).stem.count("-") == 1 for image in some)
                progress(done, total, "drawing landmarks")
            _add_descriptions(archive, lines)
        with (work / "truth.csv").open("w", newline="") as truth:
            rows = csv.writer(truth)
            rows.writerow(["file", "label"])
            for landmarks in plan_landmarks(seed, uploads, series=1):
                for landmark, content in zip(landmarks, pool.map(_draw_one, landmarks), strict=True):
                    (work / "uploads" / f"{landmark.stem}.jpg").write_bytes(content)
                    rows.writerow([f"{landmark.stem}.jpg", landmark.shows])
                    done += 1
                progress(done, total, "drawing landmarks")


def _draw_one(landmark: Landmark) -> bytes:
    return encode(draw(landmark))


def _draw_with_copies(landmarks: list[Landmark]) -> list[_Drawn]:
    return [drawn for landmark in landmarks for drawn in _with_copies(landmark)]


def _with_copies(landmark: Landmark) -> Iterator[_Drawn]:
    grey = draw(landmark)
    split = landmark.observation.split
    yield _Drawn(f"{landmark.stem}.jpg", landmark.label, split, encode(grey))
    if split != "test":
        rng = np.random.default_rng((*landmark.seed, 1))
        for suffix, change in COPIES.items():
            yield _Drawn(f"{landmark.stem}-{suffix}.jpg", landmark.label, split, encode(change(grey, rng)))


def _add_descriptions(archive: ZipFile, lines: list[_Drawn]) -> None:
    numbers = {label: number for number, label in enumerate(LABELS)}
    labels = "".join(f"{line.name} {numbers[line.label]}\n" for line in lines)
    splits = "".join(f"{line.name} {numbers[line.label]} {line.split}\n" for line in lines)
    class_map = "".join(f"{number},{label}\n" for label, number in numbers.items())
    _add(archive, "labels-map-proj-v3_2.txt", labels.encode())
    _add(archive, "labels-map-proj-v3_2_train_val_test.txt", splits.encode())
    _add(archive, "landmarks_map-proj-v3_2_classmap.csv", class_map.encode())
    _add(archive, synthetic.FILE, NOTICE.encode())


def _add(archive: ZipFile, name: str, content: bytes) -> None:
    member = ZipInfo(name)  # its date is fixed, so that the same images give the same zip
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)
