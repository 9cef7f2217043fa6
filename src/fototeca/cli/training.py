"""Training as commands: one network, and the recipe that it is trained by."""

from typing import Annotated, Any

import typer

from fototeca.cli.pipeline import Collection, Dataset
from fototeca.cli.present import AsJson, progress_shown, show, show_table
from fototeca.collections.architecture_names import ARCHITECTURE_NAMES
from fototeca.collections.changes import read_change
from fototeca.collections.recipe import Recipe, Task
from fototeca.collections.schema import Training
from fototeca.context import open_context
from fototeca.learning.recipe import make_recipe, origins

SAYS = {name: field.description for name, field in Recipe.model_fields.items()}
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Any other value of the recipe, such as --set balance=sampling or --set 'augmentations=\\[flip, blur]'; "
        "again for each.",
    ),
]


def train(
    collection: Collection,
    architecture: Annotated[str, typer.Option(help="Name of the network; `fototeca architectures` lists them.")],
    dataset: Dataset = None,
    task: Annotated[Task | None, typer.Option(help=SAYS["task"])] = None,
    weights: Annotated[str | None, typer.Option(help=SAYS["weights"])] = None,
    epochs: Annotated[int | None, typer.Option(help=SAYS["epochs"])] = None,
    batch_size: Annotated[int | None, typer.Option(help=SAYS["batch_size"])] = None,
    learning_rate: Annotated[float | None, typer.Option(help=SAYS["learning_rate"])] = None,
    seed: Annotated[int | None, typer.Option(help=SAYS["seed"])] = None,
    changes: Changes = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say by which recipe, and the run's name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train one network on a dataset; a run that was interrupted goes on from its last checkpoint.

    What is not given here is as the collection's YAML says (`training.recipes` for the network, then
    `training.recipe`), then as is usual for the network: `fototeca recipe COLLECTION` shows all values.
    """
    from fototeca.steps.train import newest_dataset, run_id
    from fototeca.steps.train import train as step

    options: dict[str, Any] = {"task": task, "weights": weights, "epochs": epochs, "batch_size": batch_size}
    options |= {"learning_rate": learning_rate, "seed": seed}
    asked = _join({name: value for name, value in options.items() if value is not None}, changes or [])
    context = open_context()
    if dry_run:
        version = dataset or newest_dataset(context, collection)
        explained = _explain(context.collection(collection).training, _known(architecture), asked)
        run = run_id(context, collection, architecture, dataset=version, **asked)
        if as_json:
            show({"dataset": version, "run": run, "recipe": explained}, "", as_json)
        else:
            _show_recipe(f"{architecture} on dataset {version} would be run {run}", explained)
        return
    with progress_shown() as progress:
        result = step(context, collection, architecture, dataset=dataset, progress=progress, **asked)
    done = " (already done)" if result.already_done else ""
    show(result, f"{architecture}, run {result.run}{done}: {_scores(result.metrics)}.", as_json)


def recipe(
    collection: Collection,
    architecture: Annotated[str | None, typer.Option(help="Of this network; of those that compete, if unset.")] = None,
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Show by which recipe networks are trained: each value, and who decided it."""
    training = open_context().collection(collection).training
    asked = _join({}, changes or [])
    names = [_known(architecture)] if architecture else list(training.architectures)
    recipes = {name: _explain(training, name, asked) for name in names}
    if as_json:
        show(recipes, "", as_json)
        return
    for name, explained in recipes.items():
        _show_recipe(f"{collection}, {name}", explained)


def _join(options: dict[str, Any], words: list[str]) -> dict[str, Any]:
    for name, value in map(read_change, words):
        if name in options:
            raise typer.BadParameter(f"{name} is given twice.")
        options[name] = value
    return options


def _known(architecture: str) -> str:
    if architecture not in ARCHITECTURE_NAMES:
        raise typer.BadParameter(f"No network is named {architecture!r}: {', '.join(ARCHITECTURE_NAMES)} are.")
    return architecture


def _explain(training: Training, architecture: str, asked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each value of a recipe, and what decided it."""
    values = make_recipe(training, architecture, **asked).model_dump(mode="json")
    decided = origins(training, architecture, **asked)
    return {name: {"value": value, "decided_by": decided[name]} for name, value in values.items()}


def _show_recipe(title: str, explained: dict[str, dict[str, Any]]) -> None:
    rows = []
    for name, found in explained.items():
        value = found["value"]
        shown = ", ".join(value) or "none" if isinstance(value, list) else value
        rows.append({"name": name, "value": shown, "decided by": found["decided_by"], "what it is": SAYS[name]})
    show_table(title, rows)


def _scores(metrics: dict[str, dict[str, Any]]) -> str:
    if any("mae" in measured for measured in metrics.values()):
        return "mean error " + ", ".join(f"{split} {m['mae']:.1f} years" for split, m in metrics.items())
    found = (f"{split} {m['accuracy']:.1%} (macro-F1 {m['macro_f1']:.3f})" for split, m in metrics.items())
    return "accuracy " + ", ".join(found)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (train, recipe):
        app.command(rich_help_panel="The pipeline")(command)
