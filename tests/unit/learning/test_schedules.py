"""Learning rates over the steps and between the layers."""

import keras
import numpy as np
import pytest

from fototeca.collections.recipe import Recipe, Schedule
from fototeca.learning.architectures import Head, build, find
from fototeca.learning.schedules import layer_shares, make_optimizer, make_schedule


@pytest.mark.parametrize(("schedule", "peak"), [("cosine", 10), ("one_cycle", 30)])
def test_a_rate_rises_to_its_peak_and_falls_to_next_to_nothing(schedule: Schedule, peak: int) -> None:
    rate = make_schedule(schedule, 0.01, epochs=10, steps=10)
    rates = [float(rate(step)) for step in range(101)]
    assert np.argmax(rates) == peak
    assert max(rates) == pytest.approx(0.01)
    assert rates[100] < 1e-5


def test_a_constant_rate_stays() -> None:
    assert make_schedule("constant", 0.01, 10, 10) == 0.01


def test_early_layers_learn_more_slowly() -> None:
    network = build(find("cnn"), Head("classification", 8))
    shares = layer_shares(network, 0.1)
    assert shares == pytest.approx([0.1, 0.1, 1, 1, 1, 1, 1, 1])
    assert len(shares) == len(network.trainable_variables)


def test_the_shares_decide_how_far_a_variable_moves() -> None:
    variables = [keras.Variable(np.ones(3, np.float32)) for _ in range(2)]
    recipe = Recipe(schedule="constant")
    optimizer = make_optimizer(recipe, 0.01, 1, 1, shares=[0.1, 1.0])
    optimizer.apply([keras.ops.ones(3)] * 2, variables)
    slow, fast = (1 - variable.numpy()[0] for variable in variables)
    assert fast == pytest.approx(10 * slow, rel=1e-3)
