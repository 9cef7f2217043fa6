"""Classify the uploads that wait: plan a night, do its shards, commit."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.archive.quarantine import quarantine
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context, Progress, unseen
from fototeca.errors import NothingToDeploy, SettingsError
from fototeca.nightly.classifier import Classified, Predict, classify_batch
from fototeca.nightly.night import Night, commit_night, plan_night
from fototeca.nightly.predictions import answer_columns, build_part, write_part
from fototeca.nightly.requests import Request, batch, map_ahead, prepare
from fototeca.selection.ledger import version_in_force
from fototeca.selection.meaning import Meaning, read_meaning
from fototeca.serving.client import open_client

BATCH = 64
"""Images per request: 0.8 MB of landmarks, enough for a full step of the network."""
IN_FLIGHT = 3
"""Requests that the server has at once, so that it decodes one while it computes another."""


@dataclass(frozen=True)
class Classification:
    """What a night did."""

    collection: str
    date: str
    version: int
    classified: int
    refused: int
    prefix: str


def plan(context: Context, collection: str, *, date: str | None = None) -> Night:
    """Find the uploads that wait, and pin the model's version for all of them.

    Raises:
        NothingToDeploy: no version was deployed yet.
    """
    context.collection(collection)
    version = version_in_force(context.store, collection)
    if version is None:
        raise NothingToDeploy(f"No model of {collection} was deployed yet: run `fototeca deploy {collection}` first.")
    date = date or datetime.now(UTC).date().isoformat()
    return plan_night(context.store, collection, _checked(date), version)


def classify_shard(context: Context, night: Night, shard: str, *, progress: Progress = unseen) -> dict[str, Any]:
    """Classify one shard of a night, unless its part is there already."""
    store, collection = context.store, context.collection(night.collection)
    uploads = store.get_json(keys.predictions(night.collection, night.date, night.batch, f"plan/{shard}.json"))
    part = keys.predictions(night.collection, night.date, night.batch, f"part-{shard}.parquet")
    receipt = keys.predictions(night.collection, night.date, night.batch, f"plan/{shard}.done.json")
    if store.exists(receipt):
        done: dict[str, Any] = store.get_json(receipt)
        return done
    meaning = read_meaning(store, night.collection, night.version)

    def fetch(upload: dict[str, Any]) -> Request:
        try:
            content = store.get(upload["key"])
        except ObjectAbsent:
            return Request(upload["key"], upload["etag"], "", b"", "deleted before it was read")
        return prepare(upload["key"], upload["etag"], content, collection.images)

    requests: list[Request] = []
    rows = []
    with _predicting(context, night, meaning) as predict:

        def classify_some(some: list[Request]) -> Classified:
            return classify_batch(predict, some, meaning.width)

        threads = context.settings.connections
        fetched = map_ahead(fetch, uploads, threads, ahead=max(threads, 2 * BATCH))
        for some, answers in map_ahead(classify_some, batch(fetched, BATCH), IN_FLIGHT, IN_FLIGHT + 1):
            requests += [replace(request, image=b"") for request in some]
            rows.append(answers)
            progress(len(requests), len(uploads), f"classifying shard {shard}")
    columns = answer_columns(requests, np.concatenate(rows), meaning, collection)
    now, prefix = datetime.now(UTC), keys.uploads(night.collection)
    write_part(store, part, build_part(requests, columns, night.version, now, prefix))
    refused = sum(_keep_refused(context, night, request) for request in requests)
    outcome = {"key": part, "classified": len(requests) - refused, "refused": refused}
    store.put_json(receipt, outcome)
    return outcome


def commit(context: Context, night: Night, parts: list[dict[str, Any]]) -> Classification:
    """Make the night count, all of it at once.

    Raises:
        Conflict: another night was committed since this one was planned.
    """
    record = commit_night(context.store, night, parts)
    prefix = keys.predictions(night.collection, night.date, night.batch)
    return Classification(
        night.collection,
        night.date,
        night.version,
        record["classified"],
        record["refused"],
        f"s3://{context.store.bucket}/{prefix}",
    )


def classify(
    context: Context, collection: str, *, date: str | None = None, progress: Progress = unseen
) -> Classification:
    """Plan, classify and commit in one go."""
    night = plan(context, collection, date=date)
    return commit(context, night, [classify_shard(context, night, shard, progress=progress) for shard in night.shards])


def _keep_refused(context: Context, night: Night, request: Request) -> bool:
    if request.refused is None:
        return False
    try:
        content = context.store.get(request.upload)
    except ObjectAbsent:
        content = b""
    source = f"the night of {night.date}"
    quarantine(context.store, night.collection, request.upload, request.refused, source, content)
    return True


@contextmanager
def _predicting(context: Context, night: Night, meaning: Meaning) -> Iterator[Predict]:
    with open_client(context.settings) as client:

        def predict(images: Sequence[bytes]) -> NDArray[np.float32]:
            return client.predict(night.collection, night.version, images, meaning.task).answers

        yield predict


def _checked(date: str) -> str:
    try:
        return dt.date.fromisoformat(date).isoformat()
    except ValueError as error:
        raise SettingsError(f"{date!r} is no date: write it as YYYY-MM-DD.") from error
