"""A sample of dated photographs: a folder with photos.csv and images, and a folder of new uploads."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from fototeca import synthetic
from fototeca.context import Progress, unseen
from fototeca.samples.drawing import Picture, Sample, draw_once, drawing_processes, encode, notice
from fototeca.samples.photos.canvas import Canvas
from fototeca.samples.photos.film import choose_film, develop
from fototeca.samples.photos.mounts import choose_mount, mount
from fototeca.samples.photos.plan import Photo, plan_photos
from fototeca.samples.photos.scenes import SCENES

VERSION = 1
"""Counts up with every change of what is drawn, so that nobody takes an old sample for a new one."""
SOURCE = "photos"
COLUMNS = ("file", "title", "year", "precision", "place", "source", "group")
LANDSCAPE, UPRIGHT = (320, 240), (240, 320)


def draw_photos(
    folder: Path, *, seed: int = 7, count: int = 1500, uploads: int = 100, progress: Progress = unseen
) -> Sample:
    """Draw a sample below `folder`, unless one of the same seed and size is there already.

    It appears there complete or not at all. The same arguments give the same bytes.

    Args:
        folder: In which the sample gets a folder of its own.
        seed: Another seed gives other photographs.
        count: Photographs with a caption.
        uploads: Photographs that arrive later, without one.
        progress: Told how many photographs are drawn.
    """
    name = f"photos-v{VERSION}-{seed}-{count}-{uploads}"
    drawn = {"seed": seed, "count": count, "uploads": uploads}
    home = draw_once(folder, name, lambda work: _draw_into(work, seed, count, uploads, progress), **drawn)
    return Sample(home / SOURCE, home / "uploads")


def draw_photo(photo: Photo) -> Picture:
    """The photograph, uint8, [height, width, 3]: 320x240, or upright if it is a portrait."""
    rng = np.random.default_rng((*photo.seed, 3))
    canvas = Canvas(*(UPRIGHT if photo.motif == "portrait" else LANDSCAPE), rng)
    SCENES[photo.motif](canvas, photo.year)
    printed = develop(canvas.light(), choose_film(photo.album), rng)
    scanned = mount(printed, choose_mount(photo.album), rng)
    picture: Picture = (np.clip(scanned, 0, 1) * 255).astype(np.uint8)
    return picture


def _draw_into(work: Path, seed: int, count: int, uploads: int, progress: Progress) -> None:
    images = work / SOURCE / "images"
    images.mkdir(parents=True)
    (work / SOURCE / synthetic.FILE).write_text(notice("photographs"))
    with drawing_processes() as pool:
        done = 0
        shown: list[Photo] = []
        for series, into in ((0, images), (1, work / "uploads")):
            albums = list(plan_photos(seed, (count, uploads)[series], series))
            for album, contents in zip(albums, pool.map(_draw_album, albums, chunksize=4), strict=True):
                for photo, content in zip(album, contents, strict=True):
                    (into / photo.file).write_bytes(content)
                done += len(album)
                progress(done, count + uploads, "drawing photographs")
            shown = [photo for album in albums for photo in album]
            if series == 0:
                _write(work / SOURCE / "photos.csv", COLUMNS, map(_caption, shown))
    _write(work / "truth.csv", ("file", "year"), ((photo.file, photo.year) for photo in shown))


def _draw_album(album: list[Photo]) -> list[bytes]:
    return [encode(draw_photo(photo)) for photo in album]


def _caption(photo: Photo) -> tuple[str, ...]:
    album = photo.album
    return photo.file, photo.title, photo.written_year, photo.precision, album.place, album.source, album.name


def _write(file: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as content:
        lines = csv.writer(content, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(rows)
