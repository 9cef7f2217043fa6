"""Mirroring promoted models from a real bucket into a model server's folder."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf import text_format

from fototeca.archive import keys
from fototeca.archive.store import open_store
from fototeca.context import Context, unseen
from fototeca.errors import ArchiveUnavailable
from fototeca.selection.ledger import append, in_force
from fototeca.selection.publishing import publish, read_result
from fototeca.serving.messages import ModelServerConfig
from fototeca.steps.sync import sync_forever, sync_once

from .conftest import Server

Train = Callable[..., None]


@pytest.fixture
def release(context: Context, train: Train) -> Callable[..., int]:
    """Publish a new version, and put it in force unless told otherwise: `release("a")`."""

    def make(run: str, collection: str = "mars", promote: bool = True) -> int:
        train("cnn", run, collection=collection)
        result = read_result(context.store, collection, "cnn", run)
        model = publish(context.store, collection, result, context.scratch, unseen)
        if promote:
            append(context.store, collection, "promote", model, "test", in_force(context.store, collection))
        version: int = model["version"]
        return version

    return make


def config_of(folder: Path) -> dict[str, Any]:
    """Base path, versions and labels of each model of a folder's models.config."""
    config = text_format.Parse((folder / "models.config").read_text(), ModelServerConfig())
    return {
        m.name: (m.base_path, list(m.model_version_policy.specific.versions), dict(m.version_labels))
        for m in config.model_config_list.config
    }


def files_in(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_complete_versions_arrive_and_are_configured_as_the_ledger_says(
    context: Context, models: Path, release: Callable[..., int]
) -> None:
    release("a")
    release("b")
    release("c", promote=False)
    release("d", collection="photos")
    mirrored = sync_once(context, models)
    assert mirrored.fetched == ["mars/1", "mars/2", "mars/3", "photos/1"]
    assert "mars/3/variables/variables.index" in files_in(models)
    assert config_of(models) == {
        "mars": (str(models / "mars"), [1, 2], {"stable": 2}),
        "photos": (str(models / "photos"), [1], {"stable": 1}),
    }


def test_a_second_look_changes_nothing(context: Context, models: Path, release: Callable[..., int]) -> None:
    release("a")
    sync_once(context, models)
    again = sync_once(context, models)
    assert (again.fetched, again.removed, again.configured) == ([], [], False)


def test_a_version_without_its_last_object_does_not_exist(context: Context, models: Path) -> None:
    context.store.put(keys.served("mars", 1, "saved_model.pb"), b"half")
    assert sync_once(context, models).fetched == []
    assert files_in(models) == {"models.config"}


def test_a_damaged_version_never_appears_and_holds_up_no_other(
    context: Context, models: Path, release: Callable[..., int]
) -> None:
    release("a")
    release("b")
    context.store.put(keys.served("mars", 1, "saved_model.pb"), b"other bytes")
    mirrored = sync_once(context, models)
    assert (mirrored.fetched, mirrored.damaged) == (["mars/2"], ["mars/1"])
    assert not (models / "mars" / "1").exists()
    assert config_of(models)["mars"][1] == [2]


@pytest.mark.parametrize("name", ["../../outside", "/etc/outside", "a/../../../outside"])
def test_names_that_lead_out_of_the_folder_are_refused(
    context: Context, models: Path, release: Callable[..., int], name: str
) -> None:
    release("a")
    key = keys.served("mars", 1, "complete.json")
    record = context.store.get_json(key)
    context.store.put_json(key, record | {"files": {name: {"sha256": "", "bytes": 0}}})
    assert sync_once(context, models).damaged == ["mars/1"]
    assert not list(models.parent.rglob("outside"))


@pytest.mark.parametrize("key", ["serving/complete.json", "serving/Mars/1/complete.json", "serving/mars/01/x"])
def test_keys_of_another_layout_are_passed_over(context: Context, models: Path, key: str) -> None:
    context.store.put(key, b"{}")
    assert sync_once(context, models).fetched == []


def test_versions_that_vanished_from_the_archive_vanish_here(
    context: Context, models: Path, release: Callable[..., int]
) -> None:
    release("a")
    release("b")
    sync_once(context, models)
    context.store.delete([entry.key for entry in context.store.list(keys.served("mars", 1))])
    (models / "mars" / "notes").mkdir()
    assert sync_once(context, models).removed == ["mars/1"]
    assert not (models / "mars" / "1").exists()
    assert (models / "mars" / "notes").exists()
    assert config_of(models)["mars"][1:] == ([2], {"stable": 2})


def test_what_a_killed_sync_left_is_no_version(context: Context, models: Path, release: Callable[..., int]) -> None:
    release("a")
    (models / "mars" / ".arriving-1").mkdir(parents=True)
    (models / "mars" / ".arriving-1" / "stale").write_bytes(b"")
    sync_once(context, models)
    assert "mars/1/stale" not in files_in(models)
    assert not (models / "mars" / ".arriving-1").exists()


class Enough(BaseException):
    """Ends a loop that has no end."""


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let `sync_forever` look so many times; between looks `meanwhile` happens."""

    def run(context: Context, folder: Path, times: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        looks = 0

        def pause(_seconds: float) -> None:
            nonlocal looks
            looks += 1
            meanwhile()
            if looks == times:
                raise Enough

        monkeypatch.setattr("fototeca.steps.sync.time", SimpleNamespace(sleep=pause))
        with pytest.raises(Enough):
            sync_forever(context, folder)

    return run


def at(context: Context, address: str) -> Context:
    """The same surroundings with another model server."""
    return replace(context, settings=context.settings.model_copy(update={"serving": address}))


def test_an_outage_of_storage_or_server_ends_nothing(
    context: Context, models: Path, release: Callable[..., int], look: Callable[..., None]
) -> None:
    release("a")
    down = open_store(context.settings.model_copy(update={"endpoint": "http://127.0.0.1:9"}))
    outage = replace(at(context, "127.0.0.1:9"), store=down)
    with pytest.raises(ArchiveUnavailable):
        sync_once(outage, models)
    look(outage, models, times=2, meanwhile=lambda: object.__setattr__(outage, "store", context.store))
    assert (models / "mars" / "1").is_dir()


def test_a_server_is_told_what_is_in_force(
    context: Context, models: Path, release: Callable[..., int], look: Callable[..., None], server: Server
) -> None:
    here = at(context, f"127.0.0.1:{server.port}")
    release("a")
    look(here, models, times=3)
    assert server.states("mars") == {1: "AVAILABLE"}
    release("b")
    look(here, models, times=3)
    server.wait_for("mars", {1: "AVAILABLE", 2: "AVAILABLE"})
