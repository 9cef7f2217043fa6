"""Learning rates: how they change over the steps, and between the layers."""

from collections.abc import Sequence
from typing import Any

import keras

from fototeca.collections.recipe import Recipe, Schedule

RISE = 0.3
"""One cycle: share of the steps in which the rate rises, as in Smith 2018 (arXiv 1803.09820) by way of fastai."""
NO_DECAY = ["bias", "gamma", "beta"]


class LayeredAdamW(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW with a share of the learning rate for each variable, in the order of the network's trainable ones."""

    def __init__(self, learning_rate: Any, shares: Sequence[float], **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.shares = shares

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable, at its share of the rate."""
        share = self.shares[self._get_variable_index(variable)] if self.shares else 1.0
        super().update_step(gradient, variable, learning_rate * share)


def make_optimizer(
    recipe: Recipe, rate: float, epochs: int, steps: int, shares: Sequence[float] = ()
) -> keras.optimizers.Optimizer:
    """AdamW for so many epochs of so many steps, whose highest learning rate is `rate`."""
    optimizer = LayeredAdamW(
        make_schedule(recipe.schedule, rate, epochs, steps), shares, weight_decay=recipe.weight_decay
    )
    optimizer.exclude_from_weight_decay(var_names=NO_DECAY)
    return optimizer


def make_schedule(schedule: Schedule, rate: float, epochs: int, steps: int) -> Any:
    """The rate over the steps."""
    if schedule == "constant":
        return rate
    total = epochs * steps
    if schedule == "one_cycle":
        rise = max(1, round(RISE * total))
        return keras.optimizers.schedules.CosineDecay(
            rate / 25, max(1, total - rise), alpha=1e-4, warmup_target=rate, warmup_steps=rise
        )
    return keras.optimizers.schedules.CosineDecay(
        rate / 10, max(1, total - steps), warmup_target=rate, warmup_steps=steps
    )


def layer_shares(network: keras.Model, decay: float) -> list[float]:
    """The share of the learning rate that each trainable variable gets: discriminative rates.

    The body's first layer has `decay`, its last 1, those between lie on a geometric scale; neck and head have 1. Of
    Howard and Ruder 2018 (ULMFiT, arXiv 1801.06146).
    """
    layers = [layer for layer in network.get_layer("backbone").layers if layer.trainable_variables]
    depth = max(1, len(layers) - 1)
    shares = {
        variable.path: decay ** (1 - place / depth)
        for place, layer in enumerate(layers)
        for variable in layer.trainable_variables
    }
    return [shares.get(variable.path, 1.0) for variable in network.trainable_variables]
