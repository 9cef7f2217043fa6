"""Reading from the archive what the pages of runs and comparisons show."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset, read_manifest
from fototeca.archive.store import ObjectAbsent, Store
from fototeca.context import Context
from fototeca.report.facts import Comparison, Named, Outcome, Picture, RunFacts
from fototeca.report.figures import dates
from fototeca.report.formats import percent
from fototeca.report.pictures import (
    Row,
    classified,
    dated,
    rows_of,
    thumbnail,
    widest_errors,
    with_confidence,
    worst_mistakes,
)

SHOWN = 12
"""Pictures of each kind on a page."""
COLUMNS = ["id", "name", "label", "split", "shard", "offset", "bytes", "year", "year_low", "year_high"]


def read_comparison(
    context: Context,
    collection: str,
    *,
    candidates: Sequence[Named],
    chosen: Named | None,
    champion: Named | None,
    outcome: Outcome | None,
    reasons: Sequence[str],
) -> Comparison:
    """The facts on runs of one dataset, side by side.

    Raises:
        ObjectAbsent: one of the runs did not end.
    """
    results = [read_result(context.store, collection, *named) for named in candidates]
    return Comparison(
        collection=context.collection(collection),
        dataset=read_dataset(context.store, collection, results[0]["dataset"]),
        candidates=results,
        chosen=chosen,
        champion=champion,
        outcome=outcome,
        reasons=list(reasons),
    )


def read_run(context: Context, result: dict[str, Any], champion: Named | None = None) -> RunFacts:
    """The facts on the run of a result.json; `champion` is what was in force when it was compared."""
    store, collection, version = context.store, result["collection"], result["dataset"]
    named = (result["architecture"], result["run"])
    predictions = pq.read_table(io.BytesIO(store.get(keys.model(collection, *named, "predictions.parquet"))))
    split = next(split for split in ("test", "val", "train") if split in result["metrics"])
    doubtful = predictions.filter(pc.field("split") == "doubtful")
    select, show = (widest_errors, dated) if dates(result) else (worst_mistakes, classified)
    wrong, unsure = select(predictions, split, SHOWN), _unsure(doubtful, dates(result))
    rows = rows_of(
        read_manifest(store, collection, version, context.scratch, COLUMNS), [row["id"] for row in wrong + unsure]
    )
    return RunFacts(
        collection=context.collection(collection),
        dataset=read_dataset(store, collection, version),
        result=result,
        history=store.get_json(keys.model(collection, *named, "history.json")),
        champion=_rival(store, result, champion),
        warnings=validation_warnings(store, collection, version),
        mistakes=[show(store, collection, rows[each["id"]], each) for each in wrong],
        doubtful=[show(store, collection, rows[each["id"]], each) for each in unsure],
        doubtful_images=len(doubtful),
        overlays=_overlays(store, collection, named),
        years=_years(predictions.filter(pc.field("split") == split)) if dates(result) else np.empty((2, 0)),
    )


def read_result(store: Store, collection: str, architecture: str, run: str) -> dict[str, Any]:
    """The result.json of a run.

    Raises:
        ObjectAbsent: it did not end.
    """
    record: dict[str, Any] = store.get_json(keys.model(collection, architecture, run, "result.json"))
    return record


def _rival(store: Store, result: dict[str, Any], champion: Named | None) -> dict[str, Any] | None:
    """The result.json of the champion, where it is another run that can be held against this one."""
    if champion is None or champion == (result["architecture"], result["run"]):
        return None
    before = read_result(store, result["collection"], *champion)
    return before if dates(before) == dates(result) else None


def validation_warnings(store: Store, collection: str, version: str) -> list[str]:
    """What the checks of a dataset found that did not stop it."""
    try:
        verdict: dict[str, Any] = store.get_json(keys.dataset(collection, version, "validation.json"))
    except ObjectAbsent:
        return []
    return list(verdict["warnings"])


def _unsure(doubtful: pa.Table, years: bool) -> list[Row]:
    first = (doubtful if years else with_confidence(doubtful)).sort_by("id").slice(0, SHOWN)
    rows: list[Row] = first.to_pylist()
    return rows


def _years(predictions: pa.Table) -> NDArray[np.float64]:
    columns = [pc.cast(predictions[name], pa.float64()).to_numpy() for name in ("year", "year_predicted")]
    both = np.stack(columns)
    return both[:, np.isfinite(both).all(axis=0)]


def _overlays(store: Store, collection: str, named: Named) -> list[Picture]:
    try:
        records = store.get_json(keys.model(collection, *named, "gradcam.json"))
    except ObjectAbsent:
        return []
    base = keys.model(collection, *named)
    return [
        Picture(
            name=record["name"],
            source=thumbnail(store.get(base + record["key"].removeprefix(base))),
            truth=str(record["label"]),
            said=str(record["predicted"]),
            sure="" if record.get("confidence") is None else percent(record["confidence"]),
        )
        for record in records
    ]
