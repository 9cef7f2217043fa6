"""Which images belong together, as their names tell."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from fototeca.collections import Collection


@dataclass(frozen=True)
class Identity:
    """Reads a collection's file names."""

    collection: Collection

    def original(self, name: str) -> str:
        """The stem of the original, which augmented copies share.

        Where names carry the group they are unique without their folder; elsewhere `a/1.jpg` is not `b/1.jpg`.
        """
        path = PurePosixPath(name)
        stem = path.stem if self._group else str(path.with_suffix(""))
        return self._copy.sub("", stem) if self._copy else stem

    def group(self, name: str) -> str:
        """The observation or series; the image itself, where its name tells none."""
        found = self._group.search(PurePosixPath(name).name) if self._group else None
        return found[1] if found else self.original(name)

    @cached_property
    def _group(self) -> re.Pattern[str] | None:
        return re.compile(self.collection.group) if self.collection.group else None

    @cached_property
    def _copy(self) -> re.Pattern[str] | None:
        return re.compile(self.collection.copy_suffix) if self.collection.copy_suffix else None
