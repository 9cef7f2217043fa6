"""Bringing what is loaded in line with what is wanted, never with a gap in which nothing answers."""

import gc
import logging
import time
from collections.abc import Mapping
from pathlib import Path

from fototeca.serving.local_server.refusal import Refusal
from fototeca.serving.local_server.saved_model import SavedModel
from fototeca.serving.local_server.versions import STATE, Versions

log = logging.getLogger(__name__)


class Loader:
    """Loads and unloads versions, one at a time; used by one thread."""

    def __init__(self, versions: Versions, retries: int, retry_pause: float) -> None:
        self._versions = versions
        self._retries = retries
        self._retry_pause = retry_pause
        self._failed: dict[str, set[int]] = {}

    def adjust(self, name: str, wanted: Mapping[int, Path]) -> None:
        """Load what is wanted, newest first, and unload the rest once one of the wanted versions is available.

        A version that failed to load is not tried again as long as it stays wanted.
        """
        failed = self._failed.setdefault(name, set())
        failed &= set(wanted)
        available = self._versions.available(name)
        for version in sorted(set(wanted) - set(available) - failed, reverse=True):
            if not self._load(name, version, wanted[version]):
                failed.add(version)
        if not wanted or set(wanted) & set(self._versions.available(name)):
            for version in sorted(set(available) - set(wanted)):
                self._unload(name, version)

    def _load(self, name: str, version: int, folder: Path) -> bool:
        self._versions.mark(name, version, STATE.START)
        self._versions.mark(name, version, STATE.LOADING)
        for attempt in range(self._retries + 1):
            time.sleep(self._retry_pause if attempt else 0)
            try:
                model = SavedModel(folder)
            except Refusal as refusal:
                error = refusal
                log.warning("Loading version %d of %s, attempt %d: %s", version, name, attempt + 1, refusal)
            else:
                self._versions.make_available(name, version, model)
                log.info("Version %d of %s is available.", version, name)
                return True
        self._versions.mark(name, version, STATE.END, error)
        return False

    def _unload(self, name: str, version: int) -> None:
        self._versions.mark(name, version, STATE.UNLOADING)
        # Requests that are running hold the model until they end; its graph is full of cycles.
        gc.collect()
        self._versions.mark(name, version, STATE.END)
        log.info("Version %d of %s is unloaded.", version, name)
