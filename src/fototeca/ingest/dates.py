"""Dates of photographs, as archives write them.

| Cell | Years | Doubtful |
| --- | --- | --- |
| `1934`, `1934-05-17` | 1934 | no |
| `1934` with the precision `decade`, `1930s` | 1930 to 1939 | no |
| `1930-1935`, `1930–1935`, `1930/1935` | 1930 to 1935 | no |
| `before 1900`, `after 1945` | up to 1899, from 1946 on | no |
| one of these with `c.`, `ca`, `ca.`, `circa` or `about` before it, a `?` after it, or in `[ ]` | the same | yes |

Cases and spaces do not matter. What is doubtful besides, such as a date that lies in two classes, `Dating` says.
"""

import re
from dataclasses import dataclass

from fototeca.collections import Collection

PRECISIONS = ("", "year", "decade")
FIRST, LAST = 1, 9999
"""Where `before` begins and `after` ends, until a collection's own years bound them."""
MARKED = re.compile(r"^\[(?P<brackets>.*)\]$|^(?:c\.|ca\.?|circa|about)\s*(?P<circa>\d.*)$|^(?P<question>.*?)\s*\?$")
YEAR = r"(?P<year>[12]\d{3})"
FORMS = {
    "year": re.compile(rf"^{YEAR}(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))?$"),
    "decade": re.compile(r"^(?P<year>[12]\d{2}0)['’]?s$"),
    "range": re.compile(rf"^{YEAR}\s*[-–/]\s*(?P<last>[12]\d{{3}})$"),
    "before": re.compile(rf"^before\s+{YEAR}$"),
    "after": re.compile(rf"^after\s+{YEAR}$"),
}


@dataclass(frozen=True, slots=True)
class PhotoDate:
    """The years that a photograph may be of, both included."""

    low: int
    high: int
    doubtful: bool = False

    @property
    def year(self) -> int:
        """The middle year."""
        return (self.low + self.high) // 2

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def parse_date(cell: str, precision: str = "") -> PhotoDate:
    """What a date's cell says; `precision` counts where the cell is a year alone.

    Raises:
        ValueError: it is no date as above; the message is the reason.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"the precision {precision!r} is none of {', '.join(filter(None, PRECISIONS))}")
    rest, doubtful = cell.strip().casefold(), False
    while marked := MARKED.match(rest):
        rest, doubtful = next(filter(None, marked.groups()), "").strip(), True
    for form, pattern in FORMS.items():
        if found := pattern.match(rest):
            low, high = _bounds(form, precision, found)
            if low > high:
                raise ValueError(f"{cell!r} ends before it begins")
            return PhotoDate(low, high, doubtful)
    raise ValueError(
        f"{cell!r} is no year or date that is understood, which are such as 1934, 1934-05-17, 1930s, 1930-1935, "
        f"before 1900 and, where it is doubtful, c. 1934, 1934? or [1934]"
    )


def _bounds(form: str, precision: str, found: re.Match[str]) -> tuple[int, int]:
    year = int(found["year"])
    if form == "decade" or (form == "year" and precision == "decade"):
        first = year // 10 * 10
        return first, first + 9
    match form:
        case "before":
            return FIRST, year - 1
        case "after":
            return year + 1, LAST
        case "range":
            return year, int(found["last"])
    return year, year


class OutOfRange(ValueError):
    """A date lies outside a collection's years; the message is the reason."""


@dataclass(frozen=True)
class Dating:
    """How a collection takes dates."""

    collection: Collection

    def bound(self, date: PhotoDate, label: str | None = None) -> PhotoDate | None:
        """The date within the collection's years, or those of a label that is known besides.

        It is doubtful if it lies in two classes or is wider than a class's span. Where classes are no years, nothing
        is doubtful, and `before` and `after` tell no date.

        Raises:
            OutOfRange: it can't be of these years.
        """
        years = self.collection.years
        if years is None:
            return PhotoDate(date.low, date.high) if date.low > FIRST and date.high < LAST else None
        if date.high < years.earliest or date.low > years.latest:
            raise OutOfRange(
                f"its date, {date}, is not within {years.earliest} to {years.latest}, the years of the collection "
                f"{self.collection.name}: correct it, or widen `years` in the collection's YAML"
            )
        within = years.years_of(label) if label else years.all
        low, high = max(date.low, within[0]), min(date.high, within[-1])
        if low > high:
            raise OutOfRange(f"its label {label!r} contradicts its date, {date}")
        vague = years.label_of(low) != years.label_of(high) or high - low >= years.span
        return PhotoDate(low, high, date.doubtful or vague)

    def label_of(self, date: PhotoDate | None) -> str | None:
        """The class of a date; none where classes are no years."""
        years = self.collection.years
        return years.label_of(date.year) if years and date else None
