"""What the main job works on."""

from functools import partial
from pathlib import Path

import pytest

from fototeca import samples
from fototeca.context import Context, unseen
from fototeca.errors import SourceError
from fototeca.machine.source import find_source, waiting_fingerprint
from fototeca.samples import draw_photos


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images" / "crater"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"a")
    return folder.parent


def test_the_same_source_is_known_again_and_a_changed_one_is_not(context: Context, images: Path) -> None:
    first = find_source(context, "mars", str(images), None, unseen)
    again = find_source(context, "mars", str(images), None, unseen)
    (images / "crater" / "b.jpg").write_bytes(b"b")
    changed = find_source(context, "mars", str(images), None, unseen)

    assert first == again
    assert first.fingerprint != changed.fingerprint


def test_another_collection_makes_another_source_of_the_same_folder(context: Context, images: Path) -> None:
    mars = find_source(context, "mars", str(images), None, unseen)

    assert find_source(context, "photos", str(images), None, unseen).fingerprint != mars.fingerprint


@pytest.mark.parametrize("wrong", ["source", "uploads"])
def test_a_folder_that_is_absent_is_named(context: Context, images: Path, tmp_path: Path, wrong: str) -> None:
    absent = tmp_path / "absent"
    source, uploads = (str(absent), None) if wrong == "source" else (str(images), absent)

    with pytest.raises(SourceError, match=f"{wrong.upper()}={absent}: there is no such folder"):
        find_source(context, "mars", source, uploads, unseen)


def test_without_a_source_the_collections_sample_is_drawn_once(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(draw_photos, count=12, uploads=4)
    monkeypatch.setitem(samples.SAMPLES, "photos", small)

    first = find_source(context, "photos", None, None, unseen)
    again = find_source(context, "photos", None, None, unseen)

    assert first == again
    assert Path(first.path, "photos.csv").is_file()
    assert first.uploads
    assert len(list(first.uploads.iterdir())) == 4


def test_a_collection_without_a_sample_asks_for_a_source(context: Context, tmp_path: Path) -> None:
    (tmp_path / "ships.yaml").write_text(
        "{name: ships, title: S, description: d, labels: [sail, steam], training: {architectures: [cnn]}}"
    )
    own = Context(context.settings.model_copy(update={"collections": tmp_path}), context.store)

    with pytest.raises(SourceError, match=r"no sample of ships, only of mars, photos; .*COLLECTION=ships SOURCE="):
        find_source(own, "ships", None, None, unseen)


def test_new_uploads_ask_for_a_new_night(context: Context) -> None:
    before = waiting_fingerprint(context, "mars")
    assert before == waiting_fingerprint(context, "mars")

    context.store.put("uploads/mars/new.jpg", b"image")

    assert waiting_fingerprint(context, "mars") != before
