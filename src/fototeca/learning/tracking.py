"""Telling those who watch how a training goes, while it goes: TensorBoard's files, and an MLflow server."""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from fototeca.context import Context
from fototeca.learning.devices import describe_environment
from fototeca.learning.mlflow import MlflowRun, Origin, find_server
from fototeca.learning.tensorboard import EventLog

if TYPE_CHECKING:
    from fototeca.learning.run import Request


class Watcher(Protocol):
    """Somebody who is told; what was told before, by a run that was killed, is told once."""

    def note(self, step: int, measured: dict[str, float]) -> None:
        """Take points of curves, by the curves' names, all at one step."""

    def finish(self, figures: dict[str, float]) -> None:
        """Take the final figures: the run is done."""

    def close(self, error: BaseException | None) -> None:
        """Go away; after an error, the run is not done."""


class Tracker:
    """Tells all watchers of one run; a context manager around its training."""

    def __init__(self, watchers: list[Watcher]) -> None:
        self.watchers = watchers

    def epoch(self, phase: str, epoch: int, measured: dict[str, float]) -> None:
        """Tell what an epoch of a phase gave; the first one is 1."""
        for watcher in self.watchers:
            watcher.note(epoch, {f"{phase}/{name}": value for name, value in measured.items()})

    def finish(self, result: dict[str, Any]) -> None:
        """Tell the figures of result.json, each by its split: `test/accuracy`."""
        figures = {
            f"{split}/{name}": float(value)
            for split, metrics in result["metrics"].items()
            for name, value in metrics.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        figures |= {name: float(result[name]) for name in ("latency_ms", "bytes", "seconds")}
        for watcher in self.watchers:
            watcher.finish(figures)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for watcher in self.watchers:
            watcher.close(error)


def open_tracking(context: Context, request: "Request") -> Tracker:
    """The watchers that the settings and MLflow's environment variables name; there may be none."""
    name = f"{request.architecture}-{request.run}"
    recipe = request.recipe.model_dump(mode="json")
    watchers: list[Watcher] = []
    if folder := context.settings.tensorboard_folder:
        watchers.append(EventLog(folder / request.collection / name, recipe))
    if server := find_server():
        tags = {"run": request.run, "dataset": str(request.facts["dataset"]), "architecture": request.architecture}
        tags |= {f"environment.{part}": str(version) for part, version in describe_environment().items()}
        watchers.append(MlflowRun(server, Origin(f"fototeca/{request.collection}", name, request.run, recipe, tags)))
    return Tracker(watchers)
