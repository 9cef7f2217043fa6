"""Reading from the archive what the page about a dataset shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fototeca.archive import keys
from fototeca.archive.manifest import read_dataset, read_manifest
from fototeca.archive.store import Store
from fototeca.collections.recipe import Recipe
from fototeca.context import Context
from fototeca.report.data.balance import measure_balance, treatments
from fototeca.report.data.drawings import class_bars, year_histogram
from fototeca.report.data.facts import DataFacts, Dates, LookAlikes, Shape, Source, Storage
from fototeca.report.data.learning_curve import LearningCurve
from fototeca.report.data.refusals import read_refusals
from fototeca.report.facts import Picture
from fototeca.report.gather import validation_warnings
from fototeca.report.pictures import Row, a_few_of_each, thumbnail_of

EXAMPLES = 6
PAIRS = 6
SOURCES = 20
COLUMNS = ["id", "name", "original", "group", "label", "split", "year", "year_low", "year_high", "source"]
COLUMNS += ["width", "height", "mode", "phash", "shard", "offset", "bytes"]


def read_data(
    context: Context,
    collection: str,
    version: str,
    recipes: Mapping[str, Recipe],
    curves: Sequence[LearningCurve],
    features: str,
) -> DataFacts:
    """The facts on a dataset.

    Args:
        context: settings and archive.
        collection: name of the collection.
        version: of the dataset.
        recipes: of each architecture that competes.
        curves: learning curves, if they were asked for.
        features: what the curves rest on, in words.

    Raises:
        ObjectAbsent: there is no such dataset.
        ValueError: it has no training images.
    """
    store, described = context.store, context.collection(collection)
    dataset = read_dataset(store, collection, version)
    table = read_manifest(store, collection, version, context.scratch, COLUMNS)
    classes, counts = list(dataset["classes"]), dataset["counts"]
    return DataFacts(
        collection=described,
        dataset=dataset,
        classes=classes,
        storage=_storage(store, collection, version),
        shape=_shape(table),
        counts_chart=class_bars(counts, classes),
        balance=measure_balance(counts.get("train", {}), classes),
        treatments=treatments({label: counts["train"].get(label, 0) for label in classes}, recipes),
        curves=list(curves),
        features=features,
        refusals=read_refusals(store, collection),
        examples={
            label: [_picture(store, collection, row, label) for row in rows]
            for label, rows in a_few_of_each(table, classes, EXAMPLES).items()
        },
        dates=_dates(table),
        sources=_sources(table),
        look_alikes=find_look_alikes(store, collection, table),
        warnings=validation_warnings(store, collection, version),
    )


def find_look_alikes(store: Store, collection: str, table: pa.Table) -> LookAlikes:
    """The images that share a difference hash, though they are of different originals."""
    sets = table.group_by("phash").aggregate(
        [(name, "count_distinct") for name in ("original", "group", "split")] + [("id", "count")]
    )
    sets = sets.filter(pc.field("original_count_distinct") > 1)
    across = sets.filter(pc.field("split_count_distinct") > 1)
    first = sets.sort_by([("split_count_distinct", "descending"), ("phash", "ascending")])["phash"].to_pylist()[:PAIRS]
    return LookAlikes(
        images=pc.sum(sets["id_count"]).as_py() or 0,
        sets=len(sets),
        across_groups=len(sets.filter(pc.field("group_count_distinct") > 1)),
        across_splits=len(across),
        shown=[_pair(store, collection, table.filter(pc.field("phash") == phash)) for phash in first],
    )


def _pair(store: Store, collection: str, alike: pa.Table) -> tuple[Picture, Picture]:
    rows: list[Row] = alike.sort_by("id").to_pylist()
    one = rows[0]
    other = max(rows[1:], key=lambda row: (row["split"] != one["split"], row["original"] != one["original"]))
    shown = [_picture(store, collection, row, f"{row['label']}, in {row['split']}") for row in (one, other)]
    return shown[0], shown[1]


def _picture(store: Store, collection: str, row: Row, truth: str) -> Picture:
    return Picture(row["name"], thumbnail_of(store, collection, row), truth)


def _storage(store: Store, collection: str, version: str) -> Storage:
    return Storage(
        bucket=store.bucket,
        shards=keys.shard(collection, "").removesuffix(".tar"),
        manifest=keys.dataset(collection, version, "manifest.parquet"),
        uploads=keys.uploads(collection),
        quarantine=keys.quarantine(collection),
    )


def _shape(table: pa.Table) -> Shape:
    shortest, longest = (
        pc.min_element_wise(table["width"], table["height"]),
        pc.max_element_wise(table["width"], table["height"]),
    )
    modes = table.group_by("mode").aggregate([("id", "count")]).sort_by([("id_count", "descending")]).to_pylist()
    return Shape(
        (pc.min(shortest).as_py(), pc.max(longest).as_py()),
        {one["mode"]: one["id_count"] for one in modes},
    )


def _dates(table: pa.Table) -> Dates | None:
    known = table.filter(pc.is_valid(table["year"]))
    if not len(known):
        return None
    spans = pc.subtract(known["year_high"], known["year_low"]).to_numpy()
    spans = np.nan_to_num(spans.astype(float), nan=0)
    kinds = [("to the year", -1, 0), ("within 5 years", 0, 4), ("within 10 years", 4, 9), ("less exactly", 9, np.inf)]
    return Dates(
        year_histogram(known["year"].to_numpy().astype(np.int64), known["split"].to_numpy().astype(str)),
        [(name, int(((spans > low) & (spans <= high)).sum())) for name, low, high in kinds]
        + [("unknown", len(table) - len(known))],
        len(table.filter(pc.field("split") == "doubtful")),
    )


def _sources(table: pa.Table) -> list[Source]:
    named = table.append_column("doubtful", pa.array(table["split"].to_numpy() == "doubtful", pa.bool_()))
    found: list[dict[str, Any]] = (
        named.group_by("source")
        .aggregate([("id", "count"), ("doubtful", "sum"), ("year", "min"), ("year", "max")])
        .sort_by([("id_count", "descending"), ("source", "ascending")])
        .slice(0, SOURCES)
        .to_pylist()
    )
    sources = [
        Source(one["source"], one["id_count"], one["doubtful_sum"], one["year_min"], one["year_max"]) for one in found
    ]
    return sources if any(source.name for source in sources) else []
