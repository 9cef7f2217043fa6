"""What the main job decides before it starts anything, and says of a verdict."""

import pytest

from fototeca.collections import load_collection
from fototeca.collections.recipe import Task
from fototeca.errors import SettingsError
from fototeca.machine.run import asked_task, explain

PHOTOS = load_collection("photos")


@pytest.mark.parametrize(("asked", "task"), [(None, None), ("classification", None), ("regression", "regression")])
def test_the_collections_own_task_need_not_be_asked_for(asked: Task | None, task: Task | None) -> None:
    assert asked_task(PHOTOS, asked) == task


def test_years_can_only_be_asked_of_dated_photographs() -> None:
    with pytest.raises(SettingsError, match="TASK=distribution needs dated photographs, and mars has no `years`"):
        asked_task(load_collection("mars"), "distribution")


@pytest.mark.parametrize("outcome", ["keep", "nothing"])
def test_it_is_said_why_nothing_new_is_in_force_and_how_to_insist(outcome: str) -> None:
    lines = explain({"outcome": outcome, "reasons": ["No candidate beats the baseline."]}, "photos", "regression")
    assert lines[-2:] == [
        "  No candidate beats the baseline.",
        "  `fototeca deploy photos --task regression --insist` deploys the best nonetheless.",
    ]


def test_of_a_promotion_the_summary_says_enough() -> None:
    assert explain({"outcome": "promote", "reasons": ["It is better."]}, "photos", None) == []
