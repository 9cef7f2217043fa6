"""What stands before any training: the images, what is to be learned of them, and a network to learn it."""

from dataclasses import dataclass
from typing import Any

import keras

from fototeca.collections.recipe import Recipe
from fototeca.context import Context, Progress
from fototeca.learning.architectures import Architecture, Head, build, find
from fototeca.learning.devices import precision
from fototeca.learning.examples import Examples, open_examples
from fototeca.learning.learnable import refuse_unlearnable
from fototeca.learning.objectives import Objective, make_objective
from fototeca.learning.weights import WeightsOrigin, load_weights


@dataclass(frozen=True)
class Prepared:
    """A network with the weights that it begins with, and its task."""

    architecture: Architecture
    examples: Examples
    objective: Objective
    head: Head
    network: keras.Model
    origin: WeightsOrigin | None
    """Where the weights are from; none where they are random."""


def prepare(context: Context, facts: dict[str, Any], name: str, recipe: Recipe, progress: Progress) -> Prepared:
    """Prepare an architecture for the dataset that `facts`, its dataset.json, describes, for the strategy in force.

    Raises:
        CollectionError: no architecture has that name.
        SettingsError: the recipe asks for years of a collection without.
        InvalidDataset: the dataset can't be learned from.
        WeightsUnavailable: the weights to begin with can't be had.
        TrainingFailed: an image can't be decoded.
    """
    architecture = find(name)
    examples = open_examples(context, facts, architecture.input_shape, progress)
    years = context.collection(facts["collection"]).years
    refuse_unlearnable(examples, recipe, facts, years)
    objective = make_objective(recipe, examples, len(facts["classes"]), years.all if years else ())
    keras.utils.set_random_seed(recipe.seed)
    head = Head(recipe.task, objective.outputs)
    with precision(recipe):
        network = build(architecture, head)
    origin = load_weights(context, architecture, recipe.weights, network, progress)
    return Prepared(architecture, examples, objective, head, network, origin)
