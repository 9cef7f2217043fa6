"""What a training run needs to go on after its process was killed, on this machine or another."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fototeca.archive.store import ObjectAbsent, Store

Weights = list[NDArray[Any]]


@dataclass
class TrainingState:
    """How far a run has come."""

    phases: dict[str, int] = field(default_factory=dict)
    """Epochs done in each phase, in the order of the phases."""
    stale: int = 0
    """Epochs of this phase since the validation loss was lowest."""
    best_loss: float = float("inf")
    history: dict[str, list[float]] = field(default_factory=dict)
    """Curves by epoch, of all phases: loss, val_loss, a score, its validation, learning_rate."""
    best_weights: Weights = field(default_factory=list)
    """Of the network that the phase trains: what is kept in the end."""

    def begin(self, phase: str) -> None:
        """Begin a phase, unless it has begun; it has to come below the loss of the one before."""
        if phase not in self.phases:
            self.phases[phase], self.stale = 0, 0

    def note(self, phase: str, network: keras.Model, keep_last: bool, **measured: float) -> None:
        """Count an epoch, with its point on each curve; keep the weights if `val_loss` was never lower, or always."""
        self.phases[phase] += 1
        self.stale += 1
        for name, value in measured.items():
            self.history.setdefault(name, []).append(value)
        better = measured["val_loss"] < self.best_loss
        if better:
            self.best_loss, self.stale = measured["val_loss"], 0
        if better or keep_last:
            self.best_weights = network.get_weights()


class Checkpoint:
    """One object in storage, replaced whole after each epoch, so that a half-written one is never seen."""

    def __init__(self, store: Store, key: str, scratch: Path) -> None:
        self.store = store
        self.key = key
        self.scratch = scratch

    def save(self, state: TrainingState, network: keras.Model) -> None:
        """Keep the state, the network (with its random seeds) and its optimizer."""
        progress = asdict(state)
        arrays = {
            **_numbered("best", progress.pop("best_weights")),
            **_numbered("network", [variable.numpy() for variable in network.variables]),
            **_numbered("optimizer", [variable.numpy() for variable in network.optimizer.variables]),
        }
        self.scratch.mkdir(parents=True, exist_ok=True)
        file = self.scratch / "checkpoint.npz"
        np.savez(file, allow_pickle=False, progress=np.array(json.dumps(progress)), **arrays)
        self.store.upload(file, self.key)

    def restore(self, network: keras.Model) -> TrainingState | None:
        """Bring the compiled network and its optimizer to where the run was; none where there is no checkpoint."""
        file = self.scratch / "checkpoint.npz"
        try:
            self.store.download(self.key, file)
        except ObjectAbsent:
            return None
        network.optimizer.build(network.trainable_variables)
        with np.load(file, allow_pickle=False) as kept:
            for name, variables in (("network", network.variables), ("optimizer", network.optimizer.variables)):
                for number, variable in enumerate(variables):
                    variable.assign(kept[f"{name}_{number}"])
            best = [kept[f"best_{number}"] for number in range(len(network.weights))]
            return TrainingState(**json.loads(str(kept["progress"])), best_weights=best)

    def exists(self) -> bool:
        """Whether a run was interrupted after its first kept epoch."""
        return self.store.exists(self.key)

    def delete(self) -> None:
        """Forget the run's checkpoint, when its result is there."""
        self.store.delete([self.key])


def _numbered(name: str, arrays: Weights) -> dict[str, NDArray[Any]]:
    return {f"{name}_{number}": array for number, array in enumerate(arrays)}
