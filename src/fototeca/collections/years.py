"""The years of an archive of dated photographs, and the classes that they are parted into."""

from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DECADE = 10


class Years(BaseModel):
    """Which years an archive's photographs are of, and how many of them one class spans.

    Classes begin at multiples of `span`. A first or last one of which less than half lies in the range joins its
    neighbour: with 1863 to 1991 and a span of 10, 1990 and 1991 count to the 1980s.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    earliest: int = Field(ge=1000, le=2999, description="First year that a photograph may be of.")
    latest: int = Field(ge=1000, le=2999, description="Last year that a photograph may be of.")
    span: int = Field(default=DECADE, ge=1, description="Years that a class spans, such as 10 or 20.")

    @model_validator(mode="after")
    def _makes_classes(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError(f"earliest ({self.earliest}) is after latest ({self.latest})")
        if len(self._starts) < 2:
            raise ValueError(f"{self.earliest} to {self.latest} in spans of {self.span} years are fewer than 2 classes")
        return self

    @property
    def all(self) -> range:
        """Every year of the range."""
        return range(self.earliest, self.latest + 1)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, the earliest first: `1860s` for a span of 10, else `1860-1879`."""
        return tuple(map(self._name, self._starts))

    def label_of(self, year: float) -> str:
        """The class of a year; one outside the range counts to the nearest class."""
        return self._name(max((start for start in self._starts if start <= year), default=self._starts[0]))

    def years_of(self, label: str) -> range:
        """The years of the range that count to a class.

        Raises:
            ValueError: it is none of the labels.
        """
        at = self.labels.index(label)
        first = self.earliest if at == 0 else self._starts[at]
        return range(first, self._starts[at + 1] if at + 1 < len(self._starts) else self.latest + 1)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts = list(range(self.earliest // self.span * self.span, self.latest + 1, self.span))
        if len(starts) > 1 and 2 * (starts[1] - self.earliest) < self.span:
            del starts[0]
        if len(starts) > 1 and 2 * (self.latest + 1 - starts[-1]) < self.span:
            del starts[-1]
        return tuple(starts)

    def _name(self, start: int) -> str:
        if self.span == DECADE:
            return f"{start}s"
        return f"{start}-{start + self.span - 1}" if self.span > 1 else str(start)
