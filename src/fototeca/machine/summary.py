"""What the main job says at its end: who won, what was classified, where to look."""

from typing import Any

from rich.console import Console

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import read_dataset
from fototeca.context import Context
from fototeca.machine.airflow_client import AirflowClient


def summarize(
    console: Console, context: Context, collection: str, night: dict[str, Any] | None, airflow: AirflowClient
) -> None:
    """Print the summary, whose figures come from the archive."""
    for line in describe(context, collection, night, airflow):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def describe(context: Context, collection: str, night: dict[str, Any] | None, airflow: AirflowClient) -> list[str]:
    """The lines of the summary."""
    in_force = AppendLog(context.store, keys.ledger(collection)).last() or {}
    dataset = read_dataset(context.store, collection, in_force["dataset"])
    winner = keys.model(collection, in_force["architecture"], in_force["run"], "result.json")
    metrics = context.store.get_json(winner)["metrics"]
    reports, predictions = context.reports / collection, f"s3://{context.store.bucket}/predictions/{collection}/"
    lines = ["", f"{context.collection(collection).title}: dataset {in_force['dataset']}, {dataset['images']} images"]
    if dataset["synthetic"]:
        lines += ["SYNTHETIC: these images were drawn by a generator; the figures say nothing about Mars."]
    lines += [f"In force: version {in_force['version']}, {in_force['architecture']}, run {in_force['run']}"]
    lines += [f"  {_score(name, metrics[split])}" for split, name in (("val", "validation"), ("test", "test"))]
    if night:
        lines += [
            f"Classified: {night['classified']} uploads ({night['refused']} refused), with version {night['version']}"
        ]
    lines += [
        "",
        f"Airflow      {airflow.url}   user {airflow.login['username']}   password {airflow.login['password']}",
        f"Report       {reports / 'index.html'}",
        f"Data Docs    {reports / 'data-docs' / in_force['dataset'] / 'index.html'}",
        f"Predictions  {night['prefix'] if night else predictions}",
        "             Parquet; `set -a; . .fototeca/environment` lets any S3 client read them",
        "The services run on; `make stop` stops them.",
    ]
    return lines


def _score(name: str, metrics: dict[str, Any]) -> str:
    found = f"accuracy {metrics['accuracy']:.1%}, macro-F1 {metrics['macro_f1']:.3f}"
    return f"{name}: {found} on {metrics['images']} images; the majority class: {metrics['majority_accuracy']:.1%}"
