"""Where every version of every model is: loading, available, gone, failed. Remembered as long as the server runs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import grpc

from fototeca.serving.local_server.refusal import Refusal
from fototeca.serving.local_server.saved_model import SavedModel
from fototeca.serving.messages import ModelVersionStatus

STATE = ModelVersionStatus.State


@dataclass(frozen=True)
class Status:
    """A version's state, its error if it failed to load, and when it got there, counted in changes."""

    state: int
    error: Refusal | None
    change: int


class Versions:
    """The states of all versions, and the models of those that are available. Safe to share between threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._statuses: dict[str, dict[int, Status]] = {}
        self._loaded: dict[str, dict[int, SavedModel]] = {}

    def mark(self, name: str, version: int, state: int, error: Refusal | None = None) -> None:
        """Note a state in which the version can't be asked."""
        with self._changed:
            self._loaded.get(name, {}).pop(version, None)
            self._note(name, version, state, error)

    def make_available(self, name: str, version: int, model: SavedModel) -> None:
        """From now on requests reach the model."""
        with self._changed:
            self._loaded.setdefault(name, {})[version] = model
            self._note(name, version, STATE.AVAILABLE, None)

    def available(self, name: str) -> list[int]:
        """The versions that can be asked, newest first."""
        with self._changed:
            return sorted(self._loaded.get(name, ()), reverse=True)

    def statuses(self, name: str) -> dict[int, Status]:
        """All versions ever heard of, newest first."""
        with self._changed:
            return dict(sorted(self._statuses.get(name, {}).items(), reverse=True))

    def model(self, name: str, version: int | None) -> tuple[int, SavedModel]:
        """The model of a version, or of the newest that can be asked.

        Raises:
            Refusal: it can't be asked.
        """
        with self._changed:
            loaded = self._loaded.get(name, {})
            found = max(loaded, default=None) if version is None else version
            if found is None or found not in loaded:
                asked = f"Latest({name})" if version is None else f"Specific({name}, {version})"
                raise Refusal(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {asked}")
            return found, loaded[found]

    def changes(self) -> int:
        """How many changes there have been."""
        with self._changed:
            return self._count

    def wait(self, reached: Callable[[], bool], given_up: Callable[[], bool]) -> bool:
        """Wait for what changes bring about; whether it was reached before the wait was given up."""
        with self._changed:
            while not reached():
                if given_up():
                    return False
                self._changed.wait(timeout=0.1)
            return True

    def _note(self, name: str, version: int, state: int, error: Refusal | None) -> None:
        self._count += 1
        self._statuses.setdefault(name, {})[version] = Status(state, error, self._count)
        self._changed.notify_all()
