"""New images are put into the drop zone, each once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fototeca.context import Context
from fototeca.errors import SourceError
from fototeca.steps.upload import upload

Picture = Callable[..., bytes]


def test_a_folder_is_uploaded_once(context: Context, tmp_path: Path, picture: Picture) -> None:
    folder = tmp_path / "new ones"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(picture(1))
    (folder / "deeper" / "b.PNG").write_bytes(picture(2, kind="PNG"))
    (folder / "truth.csv").write_text("file,label\n")
    first = upload(context, "mars", folder)
    assert (first.count, first.skipped) == (2, 0)
    assert first.prefix.startswith("uploads/mars/new_ones-")
    there = [entry.key.removeprefix(first.prefix) for entry in context.store.list("uploads/")]
    assert there == ["a.jpg", "deeper/b.PNG"]
    (folder / "a.jpg").write_bytes(picture(3))
    second = upload(context, "mars", folder)
    assert (second.count, second.skipped) == (1, 1)
    assert context.store.get(f"{first.prefix}a.jpg") == picture(3)


def test_one_image_is_uploaded_under_the_batch_that_is_named(
    context: Context, tmp_path: Path, picture: Picture
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(1))
    result = upload(context, "mars", tmp_path / "a.jpg", batch="monday")
    assert [entry.key for entry in context.store.list("uploads/")] == ["uploads/mars/monday/a.jpg"]
    assert result.prefix == "uploads/mars/monday/"


def test_names_that_are_no_plain_keys_stay_apart(context: Context, tmp_path: Path, picture: Picture) -> None:
    for number, name in enumerate(("a b.jpg", "a_b.jpg", "ä b.jpg", "a..b.jpg")):
        (tmp_path / name).write_bytes(picture(number))
    assert upload(context, "mars", tmp_path, batch="../../archive").count == 4
    found = [entry.key for entry in context.store.list("uploads/mars/")]
    assert len(found) == 4
    assert not list(context.store.list("archive/"))


def test_a_folder_without_images_is_named(context: Context, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no image"):
        upload(context, "mars", tmp_path)
    with pytest.raises(SourceError, match="does not exist"):
        upload(context, "mars", tmp_path / "absent")
