"""How figures are written for people."""

from datetime import timedelta

ABSENT = "–"
THIN = "\u202f"
"""A narrow space at which no line is broken."""


def percent(share: float | None) -> str:
    """A share, 0 to 1, as per cent."""
    return ABSENT if share is None else f"{100 * share:.1f}{THIN}%"


def count(number: float) -> str:
    """A whole number, its thousands apart."""
    return f"{number:,.0f}".replace(",", THIN)


def years(span: float | None) -> str:
    """A span of years."""
    return ABSENT if span is None else f"{span:.1f} years"


def signed(number: float) -> str:
    """A number with its sign, to a tenth."""
    return f"{number:+.1f}".replace("-", "−")


def size(number: float) -> str:
    """Bytes, in the unit that gives the shortest figure."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f}{THIN}{unit}" if unit == "bytes" else f"{number:.1f}{THIN}{unit}"
        number /= 1000
    return f"{number:.1f}{THIN}TB"


def duration(seconds: float) -> str:
    """Seconds as hours and minutes, where there are so many."""
    if seconds < 120:
        return f"{seconds:.0f}{THIN}s"
    hours, minutes = divmod(round(timedelta(seconds=seconds).total_seconds() / 60), 60)
    return f"{hours}{THIN}h {minutes}{THIN}min" if hours else f"{minutes}{THIN}min"


def many(number: int, one: str, several: str = "") -> str:
    """A number of things: `1 image`, `2 images`."""
    return f"{count(number)} {one if number == 1 else several or one + 's'}"
