"""Object storage, as Fototeca uses it, against a real S3 server."""

import pytest

from fototeca.archive.log import AppendLog
from fototeca.archive.store import ObjectAbsent, Store, open_store
from fototeca.errors import ArchiveUnavailable, Conflict
from fototeca.settings import Settings


def test_the_first_to_write_a_new_key_has_it(store: Store) -> None:
    assert store.put_new("a", b"first")
    assert not store.put_new("a", b"second")
    assert store.get("a") == b"first"


def test_an_absent_object_is_named(store: Store) -> None:
    with pytest.raises(ObjectAbsent, match="nothing/here does not exist"):
        store.get("nothing/here")
    assert not store.exists("nothing/here")


def test_listing_goes_beyond_one_page_in_order(store: Store) -> None:
    for number in range(25):
        store.put(f"p/{number:03d}", b"x")
    store.put("q", b"x")
    assert [entry.key for entry in store.list("p/")] == [f"p/{number:03d}" for number in range(25)]
    store.delete(entry.key for entry in store.list("p/"))
    assert not list(store.list("p/"))


def test_a_log_takes_a_number_once(store: Store) -> None:
    log = AppendLog(store, "log/")
    assert log.last() is None
    assert log.append({"who": "a"}, after=0) == 1
    with pytest.raises(Conflict, match="run again"):
        log.append({"who": "b"}, after=0)
    log.append({"who": "b"}, after=1)
    assert [record["who"] for record in log.records()] == ["a", "b"]
    assert [record["number"] for record in log.records(newest_first=True)] == [2, 1]


def test_storage_that_does_not_answer_is_worth_another_try(settings: Settings) -> None:
    gone = open_store(settings.model_copy(update={"endpoint": "http://127.0.0.1:9"}))
    with pytest.raises(ArchiveUnavailable):
        gone.get("a")
