"""Which models are served: the configuration, its labels, and the thread that follows the folders."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import grpc

from fototeca.serving.local_server.config import check_config, check_platforms
from fototeca.serving.local_server.discovery import BasePathMissing, find_versions
from fototeca.serving.local_server.loading import Loader
from fototeca.serving.local_server.refusal import Refusal, invalid
from fototeca.serving.local_server.saved_model import SavedModel
from fototeca.serving.local_server.versions import STATE, Versions
from fototeca.serving.messages import ModelConfig, ModelServerConfig, ModelSpec

log = logging.getLogger(__name__)


class ModelManager:
    """Serves what its configuration says, following the models' folders until closed."""

    def __init__(
        self,
        *,
        poll_seconds: float = 1.0,
        load_retries: int = 1,
        retry_pause: float = 0.5,
        labels_for_unavailable: bool = True,
    ) -> None:
        self.versions = Versions()
        self._loader = Loader(self.versions, load_retries, retry_pause)
        self._poll_seconds = poll_seconds
        self._labels_for_unavailable = labels_for_unavailable
        self._reloading = threading.Lock()
        self._accepted: Mapping[str, ModelConfig] = {}
        self._followed: Mapping[str, ModelConfig] = {}
        self._labels: Mapping[str, Mapping[str, int]] | None = None
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="model-folders", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following the folders; what is loaded stays so."""
        self._closed.set()
        self._wake.set()
        self._thread.join()

    def find(self, spec: ModelSpec) -> tuple[int, SavedModel]:
        """The version that a request asks for, and its model.

        Raises:
            Refusal: there is no such version to be asked.
        """
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            return self.versions.model(spec.name, self._labelled(spec.name, spec.version_label))
        return self.versions.model(spec.name, spec.version.value if choice == "version" else None)

    def reload(self, config: ModelServerConfig, given_up: Callable[[], bool] = lambda: False) -> None:
        """Serve what `config` says and nothing else; returns when each model that is new has an available version.

        As with the real server, a new model whose folder is absent keeps this waiting for it, and every later reload
        with it; a reload that still waits for its turn when its caller has gone is dropped.

        Raises:
            Refusal: the configuration is wrong, a label's version is not available, or a new model can't be loaded.
        """
        while not self._reloading.acquire(timeout=0.1):
            if given_up() or self._closed.is_set():
                raise Refusal(grpc.StatusCode.CANCELLED, "The caller has gone.")
        try:
            models = check_config(config, self._accepted)
            self._accepted = models
            self._check_labels(models)
            check_platforms(models)
            new = set(models) - set(self._followed)
            begun = self.versions.changes()
            self._labels = {name: dict(model.version_labels) for name, model in models.items()}
            self._followed = models
            self._wake.set()
            if not self.versions.wait(lambda: all(self._settled(n, begun) for n in new), self._closed.is_set):
                raise Refusal(grpc.StatusCode.CANCELLED, "The server is ending.")
            self._check_loaded(new)
        finally:
            self._reloading.release()

    def _labelled(self, name: str, label: str) -> int:
        if self._labels is None:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, f"Model labels does not init yet.{label}")
        try:
            return self._labels[name][label]
        except KeyError:
            raise invalid(f"Unrecognized servable version label: {label}") from None

    def _check_labels(self, models: Mapping[str, ModelConfig]) -> None:
        for name, model in models.items():
            for label, version in model.version_labels.items():
                before = (self._labels or {}).get(name, {}).get(label, version)
                if self._labels_for_unavailable and before == version:
                    continue
                if version not in self.versions.available(name):
                    raise Refusal(
                        grpc.StatusCode.FAILED_PRECONDITION,
                        f"Request to assign label to version {version} of model {name}, "
                        "which is not currently available for inference",
                    )

    def _settled(self, name: str, begun: int) -> bool:
        """Whether a new model has an available version, or each of its versions has failed since `begun`."""
        return bool(self.versions.available(name)) or bool(self._failures(name, begun))

    def _failures(self, name: str, begun: int) -> dict[int, Refusal]:
        recent = {v: s for v, s in self.versions.statuses(name).items() if s.change > begun}
        if any(status.state != STATE.END for status in recent.values()):
            return {}
        return {version: status.error for version, status in recent.items() if status.error}

    def _check_loaded(self, new: set[str]) -> None:
        failed = {name: self._failures(name, 0) for name in sorted(new) if not self.versions.available(name)}
        if any(failed.values()):
            reasons = "".join(
                f"{{{{name: {name} version: {max(errors)}}} due to error: {errors[max(errors)]}}}, "
                for name, errors in failed.items()
                if errors
            )
            message = f"{len(failed)} model(s) did not become available: {{{reasons}}}"
            raise Refusal(grpc.StatusCode.UNKNOWN, message)

    def _follow(self) -> None:
        loaded: set[str] = set()
        while not self._closed.is_set():
            self._wake.clear()
            followed = self._followed
            for name in loaded - set(followed):
                self._loader.adjust(name, {})
            loaded = set(followed)
            for name, wanted in _wanted(followed).items():
                self._loader.adjust(name, wanted)
            self._wake.wait(self._poll_seconds)


def _wanted(followed: Mapping[str, ModelConfig]) -> dict[str, dict[int, Path]]:
    """The versions to serve; none are named for any model while one model's folder is missing."""
    try:
        return {name: find_versions(model) for name, model in followed.items()}
    except BasePathMissing as missing:
        log.warning("FileSystemStoragePathSource encountered a filesystem access error: %s", missing)
        return {}
