"""What the answers of a published version mean."""

from dataclasses import dataclass
from typing import Any

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.collections.years import Years
from fototeca.selection.shelf import COMPLETE
from fototeca.serving.answers import answers_years, width_of


@dataclass(frozen=True)
class Meaning:
    """How the matrix of answers [N, k] is to be read."""

    task: str
    classes: tuple[str, ...]
    years: Years | None = None
    """Of an archive of dated photographs, as they were when the network learned them; none for other tasks."""

    @property
    def width(self) -> int:
        """The k of [N, k]."""
        return width_of(self.task, len(self.classes))

    @property
    def in_years(self) -> bool:
        """Whether answers are years, not probabilities of classes."""
        return answers_years(self.task)


def read_meaning(store: Store, collection: str, version: int) -> Meaning:
    """What a version's complete.json says of its answers."""
    return meaning_of(store.get_json(keys.served(collection, version, COMPLETE)))


def meaning_of(model: dict[str, Any]) -> Meaning:
    """The meaning that a result.json or complete.json states; one that names no task tells classes apart."""
    years = model.get("years")
    return Meaning(
        task=model.get("task", "classification"),
        classes=tuple(model["classes"]),
        years=Years.model_validate(years) if years else None,
    )
