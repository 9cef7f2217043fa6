"""Ranking candidates, and what keeps a good one out of service."""

from dataclasses import replace
from typing import Any

import pytest

from fototeca.collections import load_collection
from fototeca.collections.selection import Selection
from fototeca.errors import CollectionError
from fototeca.measuring import Difference
from fototeca.selection.candidates import Candidate, part_by_kind
from fototeca.selection.champion import Champion
from fototeca.selection.comparison import Comparison, Recall
from fototeca.selection.limits import check_floors, find_faults
from fototeca.selection.verdict import decide, rank

CLASSES = ("other", "crater")


def candidate(name: str, f1: float = 0.6, accuracy: float = 0.8, *, parameters: int = 100) -> Candidate:
    val = {"images": 10, "accuracy": accuracy, "macro_f1": f1, "confusion": [[7, 1], [1, 1]], "majority_accuracy": 0.8}
    return Candidate(name, f"run-{name}", "d", "classification", CLASSES, parameters, {"val": val}, 5.0, 2_000_000)


def dated(name: str, mae: float, task: str = "regression") -> Candidate:
    return replace(candidate(name), task=task, metrics={"val": {"images": 10, "mae": mae, "baseline_mae": 20.0}})


def gain(mean: float, spread: float = 0.1) -> Difference:
    return Difference(mean, mean - spread, mean + spread, 0.9, groups=50, level=0.95)


class Answered:
    """Comparisons whose results are known."""

    def __init__(self, baseline: float = 0.5, champion: float = 0.5, recalls: dict[str, Recall] | None = None) -> None:
        self.gains, self.recalls = {"baseline": baseline, "champion": champion}, recalls or {}
        self.chosen_from: list[int] = []

    def with_baseline(self, candidate: Candidate, chosen_from: int) -> Comparison:
        self.chosen_from.append(chosen_from)
        return self._made("always answering other", self.gains["baseline"])

    def with_other(self, candidate: Candidate, other: Candidate, chosen_from: int) -> Comparison:
        return self._made(other.name, 0.1)

    def with_champion(self, candidate: Candidate, chosen_from: int) -> Comparison | None:
        return self._made("version 3", self.gains["champion"])

    def _made(self, against: str, mean: float) -> Comparison:
        both = {"accuracy": gain(mean), "macro_f1": gain(mean)}
        return Comparison(against, 100, 50, both, {"accuracy": 0.9}, {"accuracy": 0.8}, self.recalls)


def judged(*candidates: Candidate, in_force: str = "", limits: dict[str, Any] | None = None, **known: Any) -> Any:
    champion = Champion(3, in_force, f"run-{in_force}", "d", "classification", CLASSES) if in_force else None
    return decide(candidates, champion, Selection(**(limits or {})), Answered(**known), "dataset d of mars")


def test_macro_f1_on_validation_decides_before_accuracy_and_size() -> None:
    fair, accurate = candidate("fair", 0.6, 0.7), candidate("accurate", 0.5, 0.9, parameters=1)
    assert rank([accurate, fair]) == [fair, accurate]
    better = candidate("better", 0.6, 0.71)
    assert rank([fair, better]) == [better, fair]
    small = candidate("small", 0.6, 0.71, parameters=50)
    assert rank([better, small]) == [small, better]


def test_both_ways_to_a_year_are_ranked_by_their_error() -> None:
    one, other = dated("one", 7.0), dated("other", 6.5, "distribution")
    assert rank([one, other]) == [other, one]


def test_candidates_of_the_other_kind_are_taken_only_where_there_are_no_others() -> None:
    classes, years = candidate("classes"), dated("years", 5.0)
    assert part_by_kind([classes, years], "class") == ([classes], [years])
    assert part_by_kind([years], "class") == ([years], [])


@pytest.mark.parametrize(
    ("known", "in_force", "outcome"),
    [
        ({}, "", "promote"),
        ({"baseline": 0.05}, "", "nothing"),
        ({"baseline": 0.05}, "old", "nothing"),
        ({}, "old", "promote"),
        ({"champion": 0.05}, "old", "keep"),
        ({"champion": 0.0}, "old", "keep"),
        ({"champion": -0.5}, "old", "keep"),
    ],
)
def test_what_is_not_beyond_chance_changes_nothing(known: dict[str, Any], in_force: str, outcome: str) -> None:
    assert judged(candidate("new"), in_force=in_force, **known).outcome == outcome


@pytest.mark.parametrize(
    ("recall", "outcome"),
    [(Recall(20, 0.65, 0.8), "keep"), (Recall(20, 0.7, 0.8), "promote"), (Recall(19, 0.0, 0.8), "promote")],
)
def test_a_class_may_lose_a_tenth_where_enough_images_were_compared(recall: Recall, outcome: str) -> None:
    assert judged(candidate("new"), in_force="old", recalls={"crater": recall}).outcome == outcome


def test_the_choice_among_many_is_allowed_for_but_not_what_is_in_force_already() -> None:
    answered = Answered()
    old = Champion(3, "old", "run-old", "d", "classification", CLASSES)
    decide([candidate("new", 0.9), candidate("other"), candidate("old")], old, Selection(), answered, "d")
    assert answered.chosen_from == [2]


def test_the_others_are_named_with_their_figures() -> None:
    reasons = judged(candidate("a", 0.7), candidate("b", 0.6), candidate("c", 0.5)).reasons
    assert reasons[1] == (
        "a (run run-a) has macro-F1 0.700 and is right on 80.0 %; behind it, b (run run-b) has macro-F1 0.600 and is "
        "right on 80.0 %; c (run run-c) has macro-F1 0.500 and is right on 80.0 %."
    )
    assert reasons[2].startswith("Next to b (run run-b):")


def test_limits_are_inclusive() -> None:
    assert not find_faults(candidate("a"), Selection(max_latency_ms=5, max_bytes=2_000_000, floors={"crater": 0.5}))


def test_what_is_bounded_must_have_been_measured() -> None:
    unknown = replace(candidate("a"), latency_ms=None, bytes=None)
    assert [fault.split(",")[0] for fault in find_faults(unknown, Selection(max_latency_ms=5, max_bytes=9))] == [
        "its latency for an image is unknown",
        "its size is unknown",
    ]
    assert not find_faults(unknown, Selection())


def test_floors_name_classes_that_the_collection_has() -> None:
    mars = load_collection("mars")
    check_floors(mars.model_copy(update={"selection": Selection(floors={"edge": 0.5})}))
    with pytest.raises(CollectionError, match="floors names cratre"):
        check_floors(mars.model_copy(update={"selection": Selection(floors={"cratre": 0.5})}))
