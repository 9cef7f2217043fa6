"""The page on a training run, made from what ingest and training left in a real bucket."""

import re
from pathlib import Path
from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import ArchiveUnavailable, NothingToDeploy
from fototeca.steps.report import Report, write_report

CNN, SMALL = "b" * 16, "a" * 16


@pytest.fixture
def report(trained: Context) -> Report:
    return write_report(
        trained,
        "mars",
        architecture="cnn",
        run=CNN,
        candidates=[("cnn", CNN), ("cnn_small", SMALL)],
        reasons=["It has the best macro F1 on validation."],
    )


@pytest.fixture
def page(report: Report) -> str:
    return Path(report.path).read_text()


def test_the_page_says_what_won_by_how_much(page: str) -> None:
    heading = re.sub("<.*?>", "", page[page.index("<h1>") : page.index("</h1>")])
    assert heading == "cnn names 85.0\u202f% of the test images rightly"
    assert "32.2 points better" in page
    assert "It has the best macro F1 on validation." in page


def test_the_page_has_every_candidate_beside_the_majority_class(page: str) -> None:
    table = page[page.index('id="candidates"') : page.index('id="confusion"')]
    rows = [" ".join(re.sub("<.*?>", " ", row).split()) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[2:]]
    assert rows[0].startswith(f"cnn winner run {CNN}")
    assert rows[1].startswith(f"cnn_small run {SMALL}")
    assert rows[2] == "always “other” 0 52.8 % 8.6 % – 52.8 % 8.6 % – –"


def test_the_page_has_the_confusion_matrix_with_counts_and_shares(page: str) -> None:
    assert re.search(r'class="right" style="--share: 85%">\s*17<small>85 %</small>', page)
    assert page.count("<caption") == 3


def test_synthetic_images_are_called_so(page: str) -> None:
    assert "Synthetic images." in page


def test_the_page_shows_the_most_confident_mistakes_first(page: str) -> None:
    mistakes = page[page.index('id="mistakes"') : page.index('id="data"')]
    confidences = [float(c) for c in re.findall(r"([\d.]+)\u202f%", mistakes)]
    assert len(confidences) == 12
    assert confidences[0] == 99.0
    assert confidences == sorted(confidences, reverse=True)
    assert mistakes.count('src="data:image/jpeg;base64,') == 12


def test_every_picture_is_described(page: str) -> None:
    assert all(re.search(r'alt="[^"]+"', image) for image in re.findall(r"<img [^>]*>", page))
    assert page.count('role="img" aria-label="') == 2


def test_names_from_outside_do_nothing(page: str) -> None:
    assert "&lt;img src=x onerror=alert(1)&gt;.jpg" in page
    assert "<img src=x" not in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert "default-src 'none'" in page


def test_the_page_tells_how_to_do_it_again(page: str) -> None:
    assert (
        "fototeca train mars --architecture cnn --dataset 0123abcd --epochs 12 --batch-size 64 "
        "--learning-rate 0.001 --seed 7"
    ) in page


def test_refused_files_are_counted_by_reason(page: str) -> None:
    assert re.search(r"it is no image</th><td>2</td>.*it is empty</th><td>1</td>", page, re.DOTALL)
    assert "other reasons" not in page


def test_the_page_lies_on_this_machine_and_in_the_archive(trained: Context, report: Report) -> None:
    assert Path(report.path).name == f"report-0123abcd-{CNN}.html"
    assert Path(report.latest).read_text() == Path(report.path).read_text()
    assert trained.store.get(report.key).decode() == Path(report.path).read_text()


def test_the_same_report_again_is_the_same(trained: Context, page: str) -> None:
    again = write_report(trained, "mars", architecture="cnn", run=CNN)
    alone = Path(again.path).read_text()
    assert "winner</span>" not in alone
    assert alone.count("data:image/jpeg") == page.count("data:image/jpeg")


def test_a_run_that_did_not_end_is_named(trained: Context) -> None:
    with pytest.raises(NothingToDeploy, match="no finished run 'cafe' of 'cnn' on mars"):
        write_report(trained, "mars", architecture="cnn", run="cafe")


def test_a_damaged_image_is_named(trained: Context) -> None:
    shard: Any = keys.shard("mars", "5" * 64)
    trained.store.put(shard, bytes(trained.store.size(shard) or 0))
    with pytest.raises(ArchiveUnavailable, match="does not hold"):
        write_report(trained, "mars", architecture="cnn", run=CNN)
