"""Reading from the archive what a report shows."""

import io
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset, read_manifest
from fototeca.archive.store import ObjectAbsent
from fototeca.context import Context
from fototeca.report.facts import Facts, Picture
from fototeca.report.pictures import Row, a_few_of_each, picture, worst_mistakes

MISTAKES = 12
EXAMPLES = 4
REASONS = 10
LOOKED_AT = 300
"""Records of refused files that are read, each in a request of its own; where there are more, they are like these."""
COLUMNS = ["id", "name", "label", "split", "shard", "offset", "bytes"]


def gather(
    context: Context,
    collection: str,
    *,
    architecture: str,
    run: str,
    candidates: Sequence[tuple[str, str]],
    reasons: Sequence[str],
) -> Facts:
    """The facts on a run and its competitors.

    Args:
        context: settings and archive.
        collection: name of the collection.
        architecture: the network that the report is about.
        run: its training run.
        candidates: architecture and run of everything that it was compared with.
        reasons: why it won.
    """
    store = context.store
    winner = store.get_json(keys.model(collection, architecture, run, "result.json"))
    version = winner["dataset"]
    manifest = read_manifest(store, collection, version, context.scratch, COLUMNS)
    dataset = read_dataset(store, collection, version)
    predictions = pq.read_table(io.BytesIO(store.get(keys.model(collection, architecture, run, "predictions.parquet"))))
    others = [pair for pair in candidates if pair != (architecture, run)]
    return Facts(
        collection=context.collection(collection),
        dataset=dataset,
        winner=winner,
        candidates=[winner, *(store.get_json(keys.model(collection, *pair, "result.json")) for pair in others)],
        reasons=list(reasons),
        history=store.get_json(keys.model(collection, architecture, run, "history.json")),
        refusals=_refusals(context, collection, dataset),
        warnings=_warnings(context, collection, version),
        mistakes=_mistakes(context, collection, manifest, predictions),
        examples={
            label: [picture(store, collection, row) for row in rows]
            for label, rows in a_few_of_each(manifest, winner["classes"], EXAMPLES).items()
        },
    )


def _warnings(context: Context, collection: str, version: str) -> list[str]:
    try:
        verdict: dict[str, Any] = context.store.get_json(keys.dataset(collection, version, "validation.json"))
    except ObjectAbsent:
        return []
    return list(verdict["warnings"])


def _refusals(context: Context, collection: str, dataset: dict[str, Any]) -> dict[str, int]:
    if not dataset["refused"]:
        return {}
    entries = islice(
        (e.key for e in context.store.list(keys.quarantine(collection)) if e.key.endswith(".json")), LOOKED_AT
    )
    records = map(context.store.get_json, entries)
    reasons = Counter(record["reason"] for record in records if record["source"] == dataset["source"])
    shown = dict(reasons.most_common(REASONS))
    rest = dataset["refused"] - sum(shown.values())
    return shown | ({"other reasons": rest} if rest > 0 else {})


def _mistakes(context: Context, collection: str, manifest: pa.Table, predictions: pa.Table) -> list[Picture]:
    wrong = worst_mistakes(predictions, "test", MISTAKES)
    ids = pa.array([row["id"] for row in wrong], pa.string())
    where: dict[str, Row] = {
        row["id"]: row for row in manifest.filter(pa.compute.is_in(manifest["id"], ids)).to_pylist()
    }
    return [picture(context.store, collection, where[row["id"]], row["predicted"], row["confidence"]) for row in wrong]
