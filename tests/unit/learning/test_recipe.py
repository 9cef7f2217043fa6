"""Names of training runs."""

import subprocess
import sys

import pytest

from fototeca.collections import load_collection
from fototeca.errors import SettingsError
from fototeca.learning.recipe import make_recipe, run_id

TRAINING = load_collection("mars").training


def test_the_same_request_has_the_same_name() -> None:
    stated = make_recipe(TRAINING, epochs=TRAINING.epochs)
    assert run_id("d", "cnn", stated) == run_id("d", "cnn", make_recipe(TRAINING, epochs=None))
    assert len(run_id("d", "cnn", stated)) == 16


@pytest.mark.parametrize("change", [{"epochs": 3}, {"batch_size": 3}, {"learning_rate": 0.5}, {"seed": 3}])
def test_another_recipe_has_another_name(change: dict[str, int | float]) -> None:
    assert run_id("d", "cnn", make_recipe(TRAINING, **change)) != run_id("d", "cnn", make_recipe(TRAINING))


def test_another_dataset_or_network_has_another_name() -> None:
    recipe = make_recipe(TRAINING)
    assert len({run_id("d", "cnn", recipe), run_id("e", "cnn", recipe), run_id("d", "cnn_small", recipe)}) == 3


def test_values_out_of_range_are_named() -> None:
    with pytest.raises(SettingsError, match="batch_size=0"):
        make_recipe(TRAINING, batch_size=0)


def test_the_step_itself_loads_no_tensorflow() -> None:
    check = "import sys, fototeca.steps.train; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
