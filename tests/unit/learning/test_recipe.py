"""Names of training runs."""

import subprocess
import sys

import pytest

from fototeca.collections import load_collection
from fototeca.collections.schema import Training
from fototeca.errors import SettingsError
from fototeca.learning.recipe import make_recipe, origins, run_id

TRAINING = load_collection("mars").training


def test_the_same_request_has_the_same_name() -> None:
    stated = make_recipe(TRAINING, "cnn", epochs=make_recipe(TRAINING, "cnn").epochs)
    assert run_id("d", "cnn", stated) == run_id("d", "cnn", make_recipe(TRAINING, "cnn", epochs=None))
    assert len(run_id("d", "cnn", stated)) == 16


@pytest.mark.parametrize("change", [{"epochs": 3}, {"batch_size": 3}, {"learning_rate": 0.5}, {"seed": 3}])
def test_another_recipe_has_another_name(change: dict[str, int | float]) -> None:
    assert run_id("d", "cnn", make_recipe(TRAINING, "cnn", **change)) != run_id(
        "d", "cnn", make_recipe(TRAINING, "cnn")
    )


def test_another_dataset_or_network_has_another_name() -> None:
    recipe = make_recipe(TRAINING, "cnn")
    assert len({run_id("d", "cnn", recipe), run_id("e", "cnn", recipe), run_id("d", "cnn_small", recipe)}) == 3


def test_values_out_of_range_are_named() -> None:
    with pytest.raises(SettingsError, match="batch_size=0"):
        make_recipe(TRAINING, "cnn", batch_size=0)


def test_what_is_asked_goes_before_the_collection_and_that_before_the_architecture() -> None:
    training = Training(
        architectures=("vgg16",), recipe={"patience": 2, "seed": 3}, recipes={"vgg16": {"frozen_epochs": 5}}
    )
    recipe = make_recipe(training, "vgg16", seed=4)
    assert (recipe.weights, recipe.patience, recipe.frozen_epochs, recipe.seed) == ("imagenet", 2, 5, 4)
    assert make_recipe(training, "cnn").frozen_epochs == 0


def test_a_recipe_that_trains_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="cnn would learn nothing"):
        make_recipe(TRAINING, "cnn", epochs=0)


def test_an_unknown_value_is_named() -> None:
    with pytest.raises(SettingsError, match="epoch=3: Extra inputs"):
        make_recipe(TRAINING, "cnn", epoch=3)


def test_the_step_itself_loads_no_tensorflow() -> None:
    check = "import sys, fototeca.steps.train; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_it_can_be_told_what_decides_each_value() -> None:
    training = Training(
        architectures=("vgg16",), recipe={"patience": 2, "seed": 3}, recipes={"vgg16": {"frozen_epochs": 5}}
    )
    decided = origins(training, "vgg16", seed=4, epochs=None)
    assert {
        name: decided[name] for name in ("batch_size", "weights", "patience", "frozen_epochs", "seed", "epochs")
    } == {
        "batch_size": "usual",
        "weights": "usual for vgg16",
        "patience": "collection",
        "frozen_epochs": "collection, for vgg16",
        "seed": "asked",
        "epochs": "usual for vgg16",
    }
