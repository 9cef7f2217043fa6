"""What every step needs to know of its surroundings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fototeca.archive.store import Store, open_store
from fototeca.collections import Collection, load_collection
from fototeca.settings import Settings, load_settings

Progress = Callable[[int, int | None, str], None]
"""Told how much is done, of how much (if known), and of what: `progress(300, 3446, "measuring images")`."""


def unseen(done: int, total: int | None, what: str) -> None:
    """The progress of a step at which nobody looks."""


@dataclass(frozen=True)
class Context:
    """The settings and the archive that a step works with."""

    settings: Settings
    store: Store

    @property
    def scratch(self) -> Path:
        """Folder for files that can be fetched or made again."""
        return self.settings.home.absolute() / "scratch"

    @property
    def reports(self) -> Path:
        """Folder of the pages that people open, on this machine."""
        return self.settings.home.absolute() / "reports"

    def collection(self, name: str) -> Collection:
        """The collection of that name.

        Raises:
            CollectionError: there is none, or its YAML is wrong.
        """
        return load_collection(name, self.settings.collections)


def open_context() -> Context:
    """The surroundings that the environment describes."""
    settings = load_settings()
    return Context(settings, open_store(settings))
