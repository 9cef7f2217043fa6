"""Each upload counts exactly once, whatever is killed or runs at the same time."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from fototeca.archive import keys
from fototeca.archive.log import AppendLog
from fototeca.archive.store import Store
from fototeca.collections import load_collection
from fototeca.errors import Conflict
from fototeca.nightly import night as nights
from fototeca.nightly.night import Night, commit_night, find_waiting, plan_night
from fototeca.nightly.predictions import answer_columns, build_part, write_part
from fototeca.nightly.requests import Request
from fototeca.selection.meaning import Meaning

MEANING = Meaning("classification", ("other", "dark dune"))


def put_uploads(store: Store, names: Sequence[str]) -> None:
    for name in names:
        store.put(keys.uploads("mars") + name, name.encode())


def do_shards(store: Store, night: Night) -> list[dict[str, Any]]:
    parts = []
    for shard in night.shards:
        rows = store.get_json(keys.predictions("mars", night.date, night.batch, f"plan/{shard}.json"))
        requests = [Request(row["key"], row["etag"], row["etag"], b"") for row in rows]
        probabilities = np.tile(np.array([[0.25, 0.75]], np.float32), (len(requests), 1))
        key = keys.predictions("mars", night.date, night.batch, f"part-{shard}.parquet")
        prefix = keys.uploads("mars")
        columns = answer_columns(requests, probabilities, MEANING, load_collection("mars"))
        write_part(store, key, build_part(requests, columns, 3, datetime.now(UTC), prefix))
        parts.append({"key": key, "classified": len(requests), "refused": 0})
    return parts


def waiting(store: Store) -> list[str]:
    log = AppendLog(store, keys.prediction_log("mars"))
    return [entry.key for entry in find_waiting(store, log, keys.uploads("mars"))]


def test_a_committed_upload_does_not_wait_any_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nights, "SHARD_SIZE", 2)
    put_uploads(store, ["a.jpg", "b.jpg", "c.jpg"])
    night = plan_night(store, "mars", "2026-01-02", 3)
    assert (night.uploads, night.shards) == (3, ["00000", "00001"])
    assert len(waiting(store)) == 3
    record = commit_night(store, night, do_shards(store, night))
    assert (record["classified"], record["number"]) == (3, 1)
    assert waiting(store) == []
    put_uploads(store, ["d.jpg"])
    assert waiting(store) == ["uploads/mars/d.jpg"]


def test_an_upload_that_was_replaced_waits_again(store: Store) -> None:
    put_uploads(store, ["a.jpg"])
    night = plan_night(store, "mars", "2026-01-02", 3)
    commit_night(store, night, do_shards(store, night))
    store.put("uploads/mars/a.jpg", b"another picture")
    assert waiting(store) == ["uploads/mars/a.jpg"]


def test_of_two_nights_planned_at_once_one_counts(store: Store) -> None:
    put_uploads(store, ["a.jpg"])
    first = plan_night(store, "mars", "2026-01-02", 3)
    put_uploads(store, ["b.jpg"])
    second = plan_night(store, "mars", "2026-01-02", 3)
    commit_night(store, second, do_shards(store, second))
    with pytest.raises(Conflict, match="run again"):
        commit_night(store, first, do_shards(store, first))
    assert waiting(store) == []


def test_committing_again_after_a_lost_answer_changes_nothing(store: Store) -> None:
    put_uploads(store, ["a.jpg"])
    night = plan_night(store, "mars", "2026-01-02", 3)
    parts = do_shards(store, night)
    assert commit_night(store, night, parts)["number"] == commit_night(store, night, parts)["number"] == 1
    assert AppendLog(store, keys.prediction_log("mars")).length() == 1


def test_a_night_without_uploads_leaves_no_trace(store: Store) -> None:
    night = plan_night(store, "mars", "2026-01-02", 3)
    assert commit_night(store, night, [])["classified"] == 0
    assert not list(store.list("predictions/"))


def test_more_than_a_night_can_take_waits_for_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nights, "SHARD_SIZE", 1)
    monkeypatch.setattr(nights, "MAX_SHARDS", 2)
    put_uploads(store, ["a.jpg", "b.jpg", "c.jpg"])
    night = plan_night(store, "mars", "2026-01-02", 3)
    assert (night.uploads, night.listed_at) == (2, None)
    commit_night(store, night, do_shards(store, night))
    assert waiting(store) == ["uploads/mars/c.jpg"]


def test_a_part_has_the_name_the_label_and_all_probabilities(store: Store) -> None:
    put_uploads(store, ["evening/a.jpg"])
    night = plan_night(store, "mars", "2026-01-02", 3)
    [part] = do_shards(store, night)
    [row] = pq.read_table(io.BytesIO(store.get(part["key"]))).to_pylist()
    assert row["name"] == "evening/a.jpg"
    assert (row["label"], row["probability"]) == ("dark dune", 0.75)
    assert (row["p_other"], row["p_dark_dune"], row["model_version"]) == (0.25, 0.75, 3)
