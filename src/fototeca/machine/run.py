"""The main job: services up, then Airflow from images to predictions, then where to look."""

import os
from pathlib import Path
from typing import Any

from rich.console import Console

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.context import Context, open_context
from fototeca.machine.environment import environment
from fototeca.machine.follow import Follower
from fototeca.machine.lifecycle import open_airflow, say, start
from fototeca.machine.source import Source, find_source, upload_held_out, waiting_fingerprint
from fototeca.machine.summary import summarize
from fototeca.machine.view import View
from fototeca.settings import load_settings


def run(collection: str, *, source: str | None = None, uploads: Path | None = None) -> None:
    """Do the main job for a collection; what is done already is found, not done again.

    Raises:
        FototecaError: a step failed; the message says which, and why.
    """
    home = load_settings().home.absolute()
    try:
        _run(home, collection, source, uploads)
    except KeyboardInterrupt:
        say("Interrupted. The services run on, and finish what they began: `make run` follows it, `make stop` ends it.")
        raise


def _run(home: Path, collection: str, source: str | None, uploads: Path | None) -> None:
    console = Console()
    open_settings_early(collection)
    console.print(f"Starting the services under {home}", highlight=False)
    start(home, lambda line: console.print(f"  {line}", highlight=False, markup=False))
    os.environ |= environment(home)
    load_settings.cache_clear()
    context = open_context()
    with open_airflow(home) as airflow, View(console) as view:
        follower = Follower(home, airflow, view)
        with view.step("images") as progress:
            given = find_source(context, collection, source, uploads, progress)
        made, dataset = _ingest(context, follower, collection, given)
        train = f"{collection}_train"
        follower.finish(train, follower.caused(f"{collection}_ingest", made, train))
        night = _classify(context, follower, collection, given, dataset)
    summarize(console, context, collection, night, airflow)


def _ingest(context: Context, follower: Follower, collection: str, given: Source) -> tuple[str, str]:
    """Have the source be the newest dataset; the run that saw to it, and the dataset's version."""
    log = AppendLog(context.store, keys.dataset_log(collection))
    first = f"make-run-{given.fingerprint}"
    again = f"{first}-after-{log.length()}"
    for made in (first, again):
        follower.run(f"{collection}_ingest", made, {"source": given.path, "replace": True})
        dataset = follower.airflow.result(f"{collection}_ingest", made, "ingest")["dataset"]
        if (log.last() or {}).get("dataset") == dataset:
            break
    return made, dataset


def _classify(
    context: Context, follower: Follower, collection: str, given: Source, dataset: str
) -> dict[str, Any] | None:
    """Fill the drop zone and have a night done; what the night did."""
    with follower.view.step("uploads") as progress:
        if given.uploads:
            from fototeca.steps.upload import upload

            upload(context, collection, given.uploads, progress=progress)
        else:
            upload_held_out(context, collection, dataset, progress)
    nightly, made = f"{collection}_nightly", f"make-run-{waiting_fingerprint(context, collection)}"
    follower.run(nightly, made, {})
    result: dict[str, Any] | None = follower.airflow.result(nightly, made, "commit")
    return result


def open_settings_early(collection: str) -> None:
    """Meet a wrong name or a wrong YAML before anything starts."""
    from fototeca.collections import load_collection

    load_collection(collection, load_settings().collections)
