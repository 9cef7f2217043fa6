"""What a sample of photographs is to show: albums, and of each photograph its year, its motif and its caption."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

EARLIEST, LATEST = 1863, 1991
RARE_UNTIL = 1900
"""Before this year photographs grow rarer the earlier they are."""
ALBUM = (4, 8)
"""Fewest and most photographs of an album."""
ALBUM_YEARS = 1.2
"""Standard deviation of the years within an album."""
DECADE_SHARE, DOUBTFUL_SHARE = 0.08, 0.04
"""Share of the photographs of which only the decade is known, and share whose year was guessed."""
GUESS_ERROR = 3.0
"""Standard deviation of a guessed year, which is then rounded to 5."""
SOURCES = {
    "studio": ("portrait", "portrait", "portrait", "group"),
    "press": ("street", "group", "landscape", "street"),
    "family album": ("group", "portrait", "landscape", "street"),
    "postcards": ("landscape", "street", "street", "landscape"),
}
"""Where photographs come from, and which motifs such a source has, by frequency."""
PLACES = ("Altstadt", "Bellmond", "Carrow", "Dunmere", "Eschental", "Ferrol Bay", "Gravina", "Holm")
TITLES = {"portrait": "Portrait", "group": "Group", "street": "Street", "landscape": "View"}


@dataclass(frozen=True)
class Album:
    """Photographs of one hand: alike in look, close in time."""

    number: int
    name: str
    source: str
    place: str
    year: float
    """About which it was made."""
    seed: tuple[int, int, int]


@dataclass(frozen=True)
class Photo:
    """One photograph to draw."""

    album: Album
    number: int
    year: int
    motif: str
    written_year: str
    """As the caption has it."""
    precision: str

    @property
    def file(self) -> str:
        """Its file's name, which tells nothing of its year."""
        return f"{self.album.name}-{self.number}.jpg"

    @property
    def title(self) -> str:
        """Its caption's title."""
        return f"{TITLES[self.motif]}, {self.album.place}"

    @property
    def seed(self) -> tuple[int, ...]:
        """Of all that is drawn by chance."""
        return (*self.album.seed, self.number)


def plan_photos(seed: int, count: int, series: int) -> Iterator[list[Photo]]:
    """`count` photographs, album by album; another `series` has other albums."""
    number, left = 0, count
    while left:
        rng = np.random.default_rng((seed, series, number))
        size = min(left, int(rng.integers(ALBUM[0], ALBUM[1] + 1)))
        source = list(SOURCES)[rng.choice(len(SOURCES), p=[0.22, 0.24, 0.34, 0.20])]
        album = Album(
            number=number,
            name=f"{'nu'[series]}{seed}-{number:04d}",
            source=source,
            place=PLACES[rng.integers(len(PLACES))],
            year=_year(rng),
            seed=(seed, series, number),
        )
        yield [_photo(album, place, rng) for place in range(size)]
        number, left = number + 1, left - size


def _year(rng: np.random.Generator) -> float:
    while True:
        year = float(rng.uniform(EARLIEST, LATEST + 1))
        if rng.random() < 0.45 + 0.55 * (year - EARLIEST) / (RARE_UNTIL - EARLIEST):
            return year


def _photo(album: Album, number: int, rng: np.random.Generator) -> Photo:
    year = int(np.clip(album.year + rng.normal(0, ALBUM_YEARS), EARLIEST, LATEST))
    motifs = SOURCES[album.source]
    chance = rng.random()
    written, precision = str(year), "year"
    if chance < DECADE_SHARE:
        written, precision = str(year // 10 * 10), "decade"
    elif chance < DECADE_SHARE + DOUBTFUL_SHARE:
        guess = np.clip(round((year + rng.normal(0, GUESS_ERROR)) / 5) * 5, EARLIEST, LATEST)
        written, precision = f"c. {guess}", ""
    return Photo(album, number, year, motifs[rng.integers(len(motifs))], written, precision)
