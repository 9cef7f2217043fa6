"""Holding datasets to their checks, with the real Great Expectations and a real bucket."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import InvalidDataset
from fototeca.steps.validate import validate

Rows = list[dict[str, Any]]


def test_a_good_dataset_passes_and_its_page_can_be_opened(context: Context, publish: Any) -> None:
    version = publish()
    validation = validate(context, "mars")
    assert (validation.passed, validation.dataset, validation.already_done) == (True, version, False)
    assert validation.warnings == []
    page = Path(validation.page).read_text()
    assert "This dataset can be trained on" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_verdict_lies_in_the_archive_with_every_check(context: Context, publish: Any) -> None:
    version = publish()
    validate(context, "mars")
    verdict = context.store.get_json(keys.dataset("mars", version, "validation.json"))
    assert verdict["passed"] is True
    assert {check["name"] for check in verdict["checks"]} >= {"readable", "known labels", "no group across splits"}
    assert context.store.exists(verdict["page"])


def test_a_dataset_is_validated_once(context: Context, publish: Any) -> None:
    publish()
    first, second = validate(context, "mars"), validate(context, "mars")
    assert not first.already_done
    assert second.already_done
    assert second.page == first.page


def test_a_verdict_that_exists_needs_no_great_expectations(context: Context, publish: Any, tmp_path: Path) -> None:
    publish()
    validate(context, "mars")
    program = (
        "import sys; from fototeca.archive.store import open_store; from fototeca.context import Context;"
        "from fototeca.settings import Settings; from fototeca.steps.validate import validate;"
        f"settings = Settings(home={str(tmp_path / 'elsewhere')!r}, bucket={context.settings.bucket!r},"
        f" endpoint={context.settings.endpoint!r});"
        "done = validate(Context(settings, open_store(settings)), 'mars');"
        "assert done.already_done and 'great_expectations' not in sys.modules; print(done.page)"
    )
    page = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    assert "This dataset can be trained on" in Path(page).read_text()


def test_other_bounds_are_checked_anew(context: Context, publish: Any, tmp_path: Path) -> None:
    publish()
    validate(context, "mars")
    own = tmp_path / "mars.yaml"
    own.write_text(
        "{name: mars, title: M, description: d, labels: [other, crater], checks: {min_images: 50},"
        " images: {modes: [L]}, training: {architectures: [cnn]}}"
    )
    changed = Context(context.settings.model_copy(update={"collections": tmp_path}), context.store)
    with pytest.raises(InvalidDataset, match="known labels"):
        validate(changed, "mars")


def first_is(**values: Any) -> Any:
    """Spoils the first image."""

    def spoil(rows: Rows) -> None:
        rows[0].update(values)

    return spoil


def keep(count: int) -> Any:
    def spoil(rows: Rows) -> None:
        del rows[count:]

    return spoil


def all_are(**values: Any) -> Any:
    def spoil(rows: Rows) -> None:
        for row in rows:
            row.update(values)

    return spoil


def twice(rows: Rows) -> None:
    """The first image is there again, in another split."""
    rows.append(rows[0] | {"name": "again.jpg", "split": "test"})


@pytest.mark.parametrize(
    ("spoil", "check", "named"),
    [
        (first_is(width=31), "shortest side", "image-000.jpg: short_side 31"),
        (first_is(width=64_000, height=64_000), "size", "image-000.jpg: pixels 4096000000"),
        (first_is(mode="CMYK"), "mode", "image-000.jpg: mode 'CMYK'"),
        (first_is(label="canyon"), "known labels", "image-000.jpg: label 'canyon'"),
        (first_is(label=""), "labelled", "image-000.jpg"),
        (first_is(split="dev"), "known splits", "image-000.jpg: split 'dev'"),
        (twice, "each image once", "again.jpg"),
        (twice, "no duplicate across splits", "image-000.jpg: splits_of_id 2"),
        (first_is(original="image-008"), "no original across splits", "image-008.jpg: splits_of_original 2"),
        (first_is(group="group-1"), "no group across splits", "image-008.jpg: splits_of_group 2"),
        (first_is(synthetic=True), "nothing drawn among the real", ": 2. Expected"),
        (keep(49), "enough images", ": 49. Expected: the dataset has at least 50"),
        (all_are(label="crater"), "classes to tell apart", ": 1. Expected"),
        (all_are(split="train"), "every split", "missing"),
    ],
)
def test_a_failed_critical_check_stops_the_run_and_says_which_rows(
    context: Context, publish: Any, spoil: Any, check: str, named: str
) -> None:
    version = publish(spoil)
    with pytest.raises(InvalidDataset) as refusal:
        validate(context, "mars")
    message = str(refusal.value)
    assert f"{check}: " in message
    assert named in message
    assert context.store.get_json(keys.dataset("mars", version, "validation.json"))["passed"] is False


def test_too_much_refused_stops_the_run(context: Context, publish: Any) -> None:
    publish(refused=121)
    with pytest.raises(InvalidDataset, match=r"readable: 0\.502"):
        validate(context, "mars")


def test_a_refused_dataset_is_refused_again_from_its_record(context: Context, publish: Any) -> None:
    publish(first_is(label="canyon"))
    with pytest.raises(InvalidDataset) as first:
        validate(context, "mars")
    with pytest.raises(InvalidDataset) as second:
        validate(context, "mars")
    assert str(first.value) == str(second.value)


def test_at_most_ten_rows_are_named(context: Context, publish: Any) -> None:
    publish(all_are(mode="RGB"))
    with pytest.raises(InvalidDataset, match="120 of 120 images") as refusal:
        validate(context, "mars")
    assert str(refusal.value).count(": mode 'RGB'") == 10


@pytest.mark.parametrize(
    ("spoil", "about", "check"),
    [
        (first_is(group="group-1"), {"split_from": "source"}, "no group across splits"),
        (first_is(original="image-008"), {"split_from": "source"}, "no original across splits"),
        (first_is(phash=f"{8:016x}"), {}, "no look-alike across splits"),
        (lambda rows: all_are(label="crater")(rows[:119]), {}, "every class in training"),
        (lambda rows: first_is(label="edge")(rows), {}, "class counts"),
    ],
)
def test_a_warning_is_reported_and_does_not_stop_the_run(
    context: Context, publish: Any, spoil: Any, about: dict[str, Any], check: str
) -> None:
    def and_two_classes(rows: Rows) -> None:
        spoil(rows)
        rows[1]["label"] = rows[2]["label"] = "spider"

    publish(and_two_classes, **about)
    validation = validate(context, "mars")
    assert validation.passed
    assert [warning for warning in validation.warnings if warning.startswith(f"{check}: ")]


def test_names_from_outside_do_nothing_on_the_page(context: Context, publish: Any) -> None:
    publish(first_is(name="<script>alert(1)</script>.jpg", label="<b>bold</b>"))
    with pytest.raises(InvalidDataset):
        validate(context, "mars")
    page = next(context.reports.rglob("index.html")).read_text()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page
    assert "<b>bold" not in page


def test_without_a_dataset_it_says_what_to_do(context: Context) -> None:
    with pytest.raises(InvalidDataset, match="fototeca ingest mars"):
        validate(context, "mars")


@pytest.mark.parametrize("version", ["abc123", "../../mars", ""])
def test_a_version_that_does_not_exist_is_named(context: Context, version: str) -> None:
    with pytest.raises(InvalidDataset, match="dataset"):
        validate(context, "mars", dataset=version)
