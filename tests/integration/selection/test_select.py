"""Selection among the finished runs of an archive: who wins, who stays, and what is good enough at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fototeca.archive import keys
from fototeca.context import Context
from fototeca.errors import CollectionError, NothingToDeploy
from fototeca.steps.deploy import follow_verdict
from fototeca.steps.select import Verdict, select

from .conftest import Archive, dataset, guess

ROWS = dataset()


def reason(verdict: Verdict, part: str) -> str:
    """The one reason that says this."""
    [found] = [each for each in verdict.reasons if part in each]
    return found


def test_the_best_finished_run_on_the_dataset_wins_and_the_verdict_is_kept(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.9, 1))
    archive.put_run("cnn_small", "b", ROWS, guess(ROWS, 0.97, 2))
    archive.put_run("cnn", "elsewhere", ROWS, guess(ROWS, 1.0, 3), name="another")
    context.store.put(keys.model("mars", "cnn", "unfinished", "checkpoint/state.npz"), b"")

    verdict = select(context, "mars", dataset="d")
    assert (verdict.outcome, verdict.architecture, verdict.run) == ("promote", "cnn_small", "b")
    assert [candidate["run"] for candidate in verdict.candidates] == ["b", "a"]
    assert set(verdict.comparison) == {"baseline", "runner_up"}
    assert 0.6 < verdict.baseline["val"] < 0.8
    assert select(context, "mars", dataset="d") == verdict
    [kept] = context.store.list("models/mars/verdicts/d-")
    assert context.store.get_json(kept.key)["reasons"] == verdict.reasons


def test_the_reasons_have_figures_and_how_sure_they_are(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.9, 1))
    archive.put_run("cnn_small", "b", ROWS, guess(ROWS, 0.97, 2))
    verdict = select(context, "mars", dataset="d")
    first = verdict.reasons[0]
    assert first.startswith("On 300 validation images of 100 groups cnn_small (run b) is right on 98.")
    assert "always answering other, the commonest class, is right on 67.7 %." in first
    assert "Accuracy is 30.3 points better, at least 2" in first
    assert "All bounds allow for the choice among 2." in first
    assert reason(verdict, "Next to").startswith("Next to cnn (run a): Accuracy is")
    assert verdict.reasons[-1].startswith("On 300 test images, which had no part in the choice, it is right on 9")
    gain = verdict.comparison["baseline"]["differences"]["accuracy"]
    assert 0 < gain["low"] < gain["mean"] < gain["high"]
    assert gain["better"]


def test_noise_is_not_deployed_and_the_verdict_says_so(context: Context, archive: Archive) -> None:
    for number in range(4):
        archive.put_run("cnn", f"run{number}", ROWS, guess(ROWS, 0.0, number))
    archive.put_run("cnn", "constant", ROWS, ["other"] * len(ROWS))
    verdict = select(context, "mars", dataset="d")
    assert verdict.outcome == "nothing"
    assert "No candidate beats the baseline: the best of 5" in reason(verdict, "baseline")
    assert context.store.get_json(next(iter(context.store.list("models/mars/verdicts/"))).key)["outcome"] == "nothing"
    with pytest.raises(NothingToDeploy, match=r"not good enough for mars.*--insist"):
        follow_verdict(context, "mars", verdict.outcome, architecture=verdict.architecture, run=verdict.run)


def test_a_network_that_guesses_rare_classes_well_but_is_less_often_right_is_not_enough(
    context: Context, archive: Archive
) -> None:
    answers = ["crater" if row["label"] == "other" and at % 2 else row["label"] for at, row in enumerate(ROWS)]
    archive.put_run("cnn", "a", ROWS, answers)
    verdict = select(context, "mars", dataset="d")
    assert verdict.comparison["baseline"]["differences"]["macro_f1"]["better"]
    assert verdict.outcome == "nothing"


def test_only_the_named_runs_are_compared(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.9, 1))
    archive.put_run("cnn_small", "b", ROWS, guess(ROWS, 0.97, 2))
    assert select(context, "mars", dataset="d", runs=[("cnn", "a")]).run == "a"


@pytest.mark.parametrize(("run", "problem"), [("absent", "has no result"), ("other", "another dataset")])
def test_runs_that_can_not_be_compared_are_named(context: Context, archive: Archive, run: str, problem: str) -> None:
    archive.put_run("cnn", "other", ROWS, guess(ROWS, 0.9, 1), name="another")
    with pytest.raises(NothingToDeploy, match=problem):
        select(context, "mars", dataset="d", runs=[("cnn", run)])


def test_without_candidates_there_is_no_verdict(context: Context) -> None:
    with pytest.raises(NothingToDeploy, match="No network was trained on dataset d of mars yet"):
        select(context, "mars", dataset="d")


def test_a_better_challenger_replaces_what_is_in_force(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "old", ROWS, guess(ROWS, 0.7, 1))
    archive.promote("cnn", "old")
    archive.put_run("cnn", "new", ROWS, guess(ROWS, 0.95, 2))
    verdict = select(context, "mars", dataset="d")
    assert (verdict.outcome, verdict.run) == ("promote", "new")
    assert verdict.champion == {
        "version": 1,
        "architecture": "cnn",
        "run": "old",
        "dataset": "d",
        "task": "classification",
    }
    assert verdict.comparison["champion"]["differences"]["macro_f1"]["low"] > 0
    assert "compared with version 1 (cnn, run old) on 300 validation images" in reason(verdict, "compared with version")


@pytest.mark.parametrize("skill", [0.9, 0.91])
def test_on_a_tie_the_champion_stays(context: Context, archive: Archive, skill: float) -> None:
    archive.put_run("cnn", "old", ROWS, guess(ROWS, 0.9, 1))
    archive.promote("cnn", "old")
    archive.put_run("cnn", "new", ROWS, guess(ROWS, skill, 1), parameters={"total": 10})
    verdict = select(context, "mars", dataset="d")
    assert (verdict.outcome, verdict.run) == ("keep", "new")
    assert "What is in force stays so: version 1 (cnn, run old)." in verdict.reasons


def test_the_champion_that_is_still_the_best_is_kept(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "old", ROWS, guess(ROWS, 0.95, 1))
    archive.promote("cnn", "old")
    archive.put_run("cnn", "new", ROWS, guess(ROWS, 0.8, 2))
    verdict = select(context, "mars", dataset="d")
    assert (verdict.outcome, verdict.run) == ("keep", "old")
    assert "It is in force already, as version 1." in verdict.reasons


def test_another_champion_makes_another_verdict(context: Context, archive: Archive) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.9, 1))
    select(context, "mars", dataset="d")
    archive.promote("cnn", "a")
    select(context, "mars", dataset="d")
    assert len(list(context.store.list("models/mars/verdicts/"))) == 2


def test_a_class_must_not_lose_what_the_champion_finds(
    context: Context, archive: Archive, limited: Callable[..., Context]
) -> None:
    archive.put_run("cnn", "old", ROWS, guess(ROWS, 0.6, 1))
    archive.promote("cnn", "old")
    lost = 0
    answers = []
    for row in ROWS:
        lost += row["label"] == "crater"
        answers.append("other" if row["label"] == "crater" and lost % 2 else row["label"])
    archive.put_run("cnn", "new", ROWS, answers)
    verdict = select(context, "mars", dataset="d")
    assert verdict.comparison["champion"]["differences"]["macro_f1"]["better"]
    assert verdict.outcome == "keep"
    assert "a class may lose 10 points" in reason(verdict, "crater it finds")
    assert select(limited(max_recall_drop=0.5), "mars", dataset="d").outcome == "promote"


@pytest.mark.parametrize(
    ("selection", "fault"),
    [
        ({"max_latency_ms": 1.5}, "its latency for an image is 2.0 ms, and 1.5 ms are allowed"),
        ({"max_bytes": 500_000}, "its size is 1.0 MB, and 0.5 MB are allowed"),
        ({"floors": {"crater": 0.999}}, "of crater, and 100 % are demanded"),
    ],
)
def test_the_first_network_keeps_within_the_limits_too_or_nothing_is_deployed(
    archive: Archive, limited: Callable[..., Context], selection: dict[str, Any], fault: str
) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.9, 1))
    verdict = select(limited(**selection), "mars", dataset="d")
    assert (verdict.outcome, verdict.run) == ("nothing", "a")
    assert fault in reason(verdict, "passed over")


def test_the_next_best_within_the_limits_wins(archive: Archive, limited: Callable[..., Context]) -> None:
    archive.put_run("cnn", "slow", ROWS, guess(ROWS, 0.97, 1), latency_ms=80.0)
    archive.put_run("cnn", "quick", ROWS, guess(ROWS, 0.9, 2))
    verdict = select(limited(max_latency_ms=20), "mars", dataset="d")
    assert (verdict.outcome, verdict.run) == ("promote", "quick")
    assert "cnn (run slow) is passed over" in reason(verdict, "slow")


def test_a_floor_that_validation_can_not_check_is_not_met(archive: Archive, limited: Callable[..., Context]) -> None:
    rows = [row for row in ROWS if row["label"] != "crater" or row["split"] != "val"]
    archive.put_run("cnn", "a", rows, guess(rows, 0.95, 1))
    verdict = select(limited(floors={"crater": 0.5}), "mars", dataset="d")
    assert verdict.outcome == "nothing"
    assert "validation holds no crater" in reason(verdict, "passed over")


def test_a_floor_of_a_class_that_is_unknown_is_refused(archive: Archive, limited: Callable[..., Context]) -> None:
    archive.put_run("cnn", "a", ROWS, guess(ROWS, 0.95, 1))
    with pytest.raises(CollectionError, match=r"floors names cratre, .* labels: other, crater"):
        select(limited(floors={"cratre": 0.5}), "mars", dataset="d")


def years(spread: float, seed: int) -> Any:
    """Years that err by so much."""
    return np.array([row["year"] for row in ROWS]) + np.random.default_rng(seed).normal(0, spread, len(ROWS))


@pytest.fixture
def photos(context: Context) -> Archive:
    """An empty archive of photographs."""
    return Archive(context, "photos")


def test_the_two_ways_to_a_year_compete_and_classes_do_not(context: Context, photos: Archive) -> None:
    photos.put_dated_run("cnn", "regression", ROWS, years(8, 1))
    photos.put_dated_run("cnn", "distribution", ROWS, years(5, 2), task="distribution")
    photos.put_run("cnn", "decades", ROWS, guess(ROWS, 0.9, 1))
    verdict = select(context, "photos", dataset="d", task="regression")
    assert (verdict.outcome, verdict.run) == ("promote", "distribution")
    assert [candidate["run"] for candidate in verdict.candidates] == ["distribution", "regression"]
    assert (
        "errs by 4.3 years on average; always answering 1934, the median year, errs by 33.7 years" in verdict.reasons[0]
    )
    assert "they answer with a class: cnn (run decades)" in reason(verdict, "Not compared")
    assert verdict.baseline["val"] > 25
    assert select(context, "photos", dataset="d", task="classification").run == "decades"


def test_years_no_better_than_the_median_are_not_deployed(context: Context, photos: Archive) -> None:
    photos.put_dated_run("cnn", "a", ROWS, years(40, 1))
    assert select(context, "photos", dataset="d").outcome == "nothing"


def test_a_champion_of_another_kind_can_not_be_compared(context: Context, photos: Archive) -> None:
    photos.put_run("cnn", "decades", ROWS, guess(ROWS, 0.95, 1))
    photos.promote("cnn", "decades")
    photos.put_dated_run("cnn", "years", ROWS, years(5, 2))
    verdict = select(context, "photos", dataset="d", task="regression")
    assert verdict.outcome == "promote"
    assert "answers with a class and it with a year" in reason(verdict, "can't be compared")
