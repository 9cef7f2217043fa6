"""What the main job says at its end: who won, what was classified, where to look."""

from typing import Any

from rich.console import Console

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.manifest import read_dataset
from fototeca.context import Context
from fototeca.machine.airflow_client import AirflowClient
from fototeca.nightly.tally import Classes, tally_night
from fototeca.selection.ledger import in_force
from fototeca.selection.publishing import read_result

SPLITS = {"val": "validation", "test": "test"}


def summarize(
    console: Console, context: Context, collection: str, night: dict[str, Any] | None, airflow: AirflowClient
) -> None:
    """Print the summary, whose figures come from the archive."""
    for line in describe(context, collection, night, airflow):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def describe(context: Context, collection: str, night: dict[str, Any] | None, airflow: AirflowClient) -> list[str]:
    """The lines of the summary; `night` is what the night did, if there was one."""
    now = in_force(context.store, collection)
    newest: dict[str, Any] = AppendLog(context.store, keys.dataset_log(collection)).last() or {}
    version = now.dataset if now else newest["dataset"]
    dataset = read_dataset(context.store, collection, version)
    reports = context.reports / collection
    lines = ["", f"{context.collection(collection).title}: dataset {version}, {dataset['images']} images"]
    if dataset["synthetic"]:
        lines += ["SYNTHETIC: these images were drawn by a generator; the figures say nothing about real ones."]
    if now:
        metrics = read_result(context.store, collection, now.architecture, now.run)["metrics"]
        lines += [f"In force: version {now.version}, {now.architecture}, run {now.run}"]
        lines += [f"  {_score(name, metrics[split])}" for split, name in SPLITS.items() if split in metrics]
    else:
        lines += [
            f"In force: nothing. No network was good enough; `fototeca select {collection}` says why.",
            "Uploads were not classified: they wait until there is a network to do it. A person may insist on one: "
            f"`fototeca deploy {collection} --insist`.",
        ]
    predictions = f"s3://{context.store.bucket}/predictions/{collection}/"
    if night:
        lines += _classified(context, collection, night)
        predictions = night["prefix"]
    lines += [
        "",
        f"Airflow      {airflow.url}   user {airflow.login['username']}   password {airflow.login['password']}",
        f"Report       {reports / 'index.html'}",
        f"Data Docs    {reports / 'data-docs' / version / 'index.html'}",
    ]
    if now:
        lines += [
            f"Predictions  {predictions}",
            "             Parquet; `set -a; . .fototeca/environment` lets any S3 client read them",
        ]
    return [*lines, "The services run on; `make stop` stops them."]


def _classified(context: Context, collection: str, night: dict[str, Any]) -> list[str]:
    done = f"{night['classified']} uploads ({night['refused']} refused), with version {night['version']}"
    lines = [f"Classified: {done}"]
    found = tally_night(context.store, collection, night["prefix"].removeprefix(f"s3://{context.store.bucket}/"))
    if isinstance(found, Classes):
        threshold = context.collection(collection).selection.threshold
        lines += [f"  {found.answers} answers, of which {found.abstained} abstain: less than {threshold:.0%} sure"]
    elif found:
        span = f"{found.earliest:.0f} to {found.latest:.0f}"
        lines += [f"  {found.answers} photographs dated: {span}, median interval {found.interval:.0f} years"]
    return lines


def _score(name: str, metrics: dict[str, Any]) -> str:
    """The figures of a split, of a network that answers with classes or with years."""
    if "mae" in metrics:
        kept, claimed = metrics["interval"]["coverage"], metrics["interval"]["level"]
        return (
            f"{name}: mean error {metrics['mae']:.1f} years on {metrics['images']} images; always "
            f"{metrics['baseline_year']:.0f}: {metrics['baseline_mae']:.1f}; the intervals hold {kept:.1%}, and claim "
            f"{claimed:.0%}"
        )
    found = f"accuracy {metrics['accuracy']:.1%}, macro-F1 {metrics['macro_f1']:.3f}"
    return f"{name}: {found} on {metrics['images']} images; the majority class: {metrics['majority_accuracy']:.1%}"
