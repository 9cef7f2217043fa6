"""Choosing among trained networks."""

from typing import Any

import pytest

from fototeca.errors import NothingToDeploy
from fototeca.selection.candidates import Candidate
from fototeca.selection.verdict import choose, rank


def candidate(name: str, f1: float, accuracy: float = 0.8, *, parameters: int = 100, test: float = 0.7) -> Candidate:
    def split(accuracy: float) -> dict[str, Any]:
        return {"images": 10, "accuracy": accuracy, "macro_f1": f1, "majority_accuracy": 0.5}

    return Candidate(name, f"run-{name}", "d", parameters, {"val": split(accuracy), "test": split(test)})


def test_macro_f1_on_validation_decides_before_accuracy_and_size() -> None:
    fair, accurate = candidate("fair", 0.6, 0.7), candidate("accurate", 0.5, 0.9, parameters=1)
    assert rank([accurate, fair]) == [fair, accurate]
    better = candidate("better", 0.6, 0.71)
    assert rank([fair, better]) == [better, fair]
    small = candidate("small", 0.6, 0.71, parameters=50)
    assert rank([better, small]) == [small, better]


def test_the_test_split_has_no_part_in_the_choice() -> None:
    winner, _ = choose([candidate("a", 0.6, test=0.1), candidate("b", 0.5, test=1.0)], "d")
    assert winner.architecture == "a"


def test_the_reasons_say_what_was_compared() -> None:
    loser, useless = candidate("loser", 0.5), candidate("useless", 0.9, 0.5)
    winner, reasons = choose([candidate("winner", 0.6), loser, useless], "d")
    assert winner.architecture == "winner"
    assert reasons == [
        "On 10 validation images winner is right on 80.0 %, where always answering the commonest class is right on "
        "50.0 %.",
        "Its macro-F1 there, 0.600, is above the 0.500 of loser (run run-loser).",
        "useless (run run-useless) was passed over: right on 50.0 % of the validation images, it does not beat the "
        "commonest class.",
        "On 10 test images, which had no part in the choice, it is right on 70.0 % (commonest class: 50.0 %).",
    ]


def test_a_network_no_better_than_the_commonest_class_is_not_deployed() -> None:
    with pytest.raises(NothingToDeploy, match=r"None of 1 networks.*right on 50.0 %.*useless reaches 50.0 %"):
        choose([candidate("useless", 0.9, 0.5)], "dataset d of mars")


def test_without_candidates_there_is_nothing_to_deploy() -> None:
    with pytest.raises(NothingToDeploy, match="No network was trained on dataset d of mars yet"):
        choose([], "dataset d of mars")
