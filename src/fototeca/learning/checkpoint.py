"""What a training run needs to go on after its process was killed, on this machine or another."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fototeca.archive.store import ObjectAbsent, Store


@dataclass
class TrainingState:
    """How far a run has come."""

    epoch: int = 0
    """Epochs done."""
    best_epoch: int = 0
    """The epoch, from 1, with the lowest validation loss."""
    best_loss: float = float("inf")
    history: dict[str, list[float]] = field(default_factory=dict)
    """Curves by epoch, under Keras' names: loss, accuracy, val_loss, val_accuracy."""
    best_weights: list[NDArray[Any]] = field(default_factory=list)

    def note(self, network: keras.Model, **measured: float) -> None:
        """Count an epoch, with its point on each curve; keep the weights if `val_loss` was never lower."""
        self.epoch += 1
        for name, value in measured.items():
            self.history.setdefault(name, []).append(value)
        if measured["val_loss"] < self.best_loss:
            self.best_loss, self.best_epoch = measured["val_loss"], self.epoch
            self.best_weights = network.get_weights()


class Checkpoint:
    """One object in storage, replaced whole after each epoch, so that a half-written one is never seen."""

    def __init__(self, store: Store, key: str, scratch: Path) -> None:
        self.store = store
        self.key = key
        self.scratch = scratch

    def save(self, state: TrainingState, network: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        """Keep the state, the network (with its random seeds) and the optimizer."""
        progress = asdict(state)
        arrays = {
            **_numbered("best", progress.pop("best_weights")),
            **_numbered("network", [variable.numpy() for variable in network.variables]),
            **_numbered("optimizer", [variable.numpy() for variable in optimizer.variables]),
        }
        self.scratch.mkdir(parents=True, exist_ok=True)
        file = self.scratch / "checkpoint.npz"
        np.savez(file, allow_pickle=False, progress=np.array(json.dumps(progress)), **arrays)
        self.store.upload(file, self.key)

    def restore(self, network: keras.Model, optimizer: keras.optimizers.Optimizer) -> TrainingState:
        """Bring network and optimizer to where the run was; a fresh state where there is no checkpoint."""
        file = self.scratch / "checkpoint.npz"
        try:
            self.store.download(self.key, file)
        except ObjectAbsent:
            return TrainingState()
        with np.load(file, allow_pickle=False) as kept:
            for name, variables in (("network", network.variables), ("optimizer", optimizer.variables)):
                for number, variable in enumerate(variables):
                    variable.assign(kept[f"{name}_{number}"])
            best = [kept[f"best_{number}"] for number in range(len(network.weights))]
            return TrainingState(**json.loads(str(kept["progress"])), best_weights=best)

    def delete(self) -> None:
        """Forget the run's checkpoint, when its result is there."""
        self.store.delete([self.key])


def _numbered(name: str, arrays: list[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{name}_{number}": array for number, array in enumerate(arrays)}
