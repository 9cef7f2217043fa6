"""The main job: services up, then Airflow from images to predictions, then where to look."""

import os
from pathlib import Path
from typing import Any

from rich.console import Console

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.collections import Collection, load_collection
from fototeca.collections.recipe import Recipe, Task
from fototeca.context import Context, open_context
from fototeca.errors import SettingsError
from fototeca.machine.environment import environment
from fototeca.machine.follow import Follower
from fototeca.machine.lifecycle import open_airflow, say, start
from fototeca.machine.source import Source, find_source, upload_held_out, waiting_fingerprint
from fototeca.machine.summary import summarize
from fototeca.machine.view import View
from fototeca.selection.ledger import in_force
from fototeca.settings import load_settings


def run(collection: str, *, source: str | None = None, uploads: Path | None = None, task: Task | None = None) -> None:
    """Do the main job for a collection; what is done already is found, not done again.

    `task` is what the networks are to answer, if not what the collection's YAML says. Where no network is good enough,
    nothing is deployed, and what was in force classifies the uploads, if anything was.

    Raises:
        FototecaError: a step failed; the message says which, and why.
    """
    home = load_settings().home.absolute()
    try:
        _run(home, collection, source, uploads, task)
    except KeyboardInterrupt:
        say("Interrupted. The services run on, and finish what they began: `make run` follows it, `make stop` ends it.")
        raise


def _run(home: Path, collection: str, source: str | None, uploads: Path | None, task: Task | None) -> None:
    console = Console()
    task = asked_task(load_collection(collection, load_settings().collections), task)
    console.print(f"Starting the services under {home}", highlight=False)
    start(home, lambda line: console.print(f"  {line}", highlight=False, markup=False))
    os.environ |= environment(home)
    load_settings.cache_clear()
    context = open_context()
    with open_airflow(home) as airflow, View(console) as view:
        follower = Follower(home, airflow, view)
        with view.step("images") as progress:
            given = find_source(context, collection, source, uploads, progress)
        made, dataset = _ingest(context, follower, collection, given, task)
        train = f"{collection}_train"
        trained = follower.caused(f"{collection}_ingest", made, train)
        follower.finish(train, trained)
        verdict = airflow.result(train, trained, "select")
        _upload(context, view, collection, given, dataset, task)
        night = _classify(context, follower, collection) if in_force(context.store, collection) else None
    for line in explain(verdict, collection, task):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    summarize(console, context, collection, night, airflow)


def _ingest(context: Context, follower: Follower, collection: str, given: Source, task: Task | None) -> tuple[str, str]:
    """Have the source be the newest dataset; the run that saw to it, and the dataset's version."""
    log = AppendLog(context.store, keys.dataset_log(collection))
    first = f"make-run-{given.fingerprint}" + (f"-{task}" if task else "")
    again = f"{first}-after-{log.length()}"
    for made in (first, again):
        follower.run(f"{collection}_ingest", made, {"source": given.path, "replace": True, "task": task})
        dataset = follower.airflow.result(f"{collection}_ingest", made, "ingest")["dataset"]
        if (log.last() or {}).get("dataset") == dataset:
            break
    return made, dataset


def _upload(context: Context, view: View, collection: str, given: Source, dataset: str, task: Task | None) -> None:
    """Fill the drop zone. Uploads are classified once, so that those of another task are uploaded apart."""
    apart = f"-{task}" if task else ""
    with view.step("uploads") as progress:
        if given.uploads:
            from fototeca.steps.upload import upload

            batch = f"{given.uploads.resolve().stem}{apart}" if apart else None
            upload(context, collection, given.uploads, batch=batch, progress=progress)
        else:
            upload_held_out(context, collection, dataset, f"held-out-{dataset}{apart}", progress)


def _classify(context: Context, follower: Follower, collection: str) -> dict[str, Any] | None:
    """Have a night done; what it did."""
    nightly, made = f"{collection}_nightly", f"make-run-{waiting_fingerprint(context, collection)}"
    follower.run(nightly, made, {})
    result: dict[str, Any] | None = follower.airflow.result(nightly, made, "commit")
    return result


def asked_task(collection: Collection, task: Task | None) -> Task | None:
    """The task, where it is not the collection's own; a wrong one is met before anything starts.

    Raises:
        SettingsError: the task asks for years, and the collection has none.
    """
    own = Recipe.model_validate(collection.training.recipe).task
    if task and task != "classification" and not collection.years:
        raise SettingsError(
            f"TASK={task} needs dated photographs, and {collection.name} has no `years` in its YAML; its task is {own}."
        )
    return None if task == own else task


def explain(verdict: dict[str, Any] | None, collection: str, task: Task | None) -> list[str]:
    """Why training put nothing new into service, if it did not, and what a person can do."""
    heads = {"keep": "What was in force stays so:", "nothing": "No network is good enough, so that none is deployed:"}
    if verdict is None or verdict["outcome"] not in heads:
        return []
    command = f"fototeca deploy {collection}{f' --task {task}' if task else ''} --insist"
    reasons = [f"  {reason}" for reason in verdict["reasons"]]
    return ["", heads[verdict["outcome"]], *reasons, f"  `{command}` deploys the best nonetheless."]
