"""What is asked of a model, by its task."""

import pytest

from fototeca.collections.recipe import Recipe
from fototeca.errors import ModelRejected
from fototeca.serving.answers import answers_years, outputs_of, shape_of, tolerance_of, width_of

TASKS = Recipe.model_fields["task"].annotation.__args__  # type: ignore[union-attr]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_of_a_recipe_is_known(task: str) -> None:
    assert width_of(task, 8) == (3 if answers_years(task) else 8)
    assert len(tolerance_of(task)) in (1, width_of(task, 8))
    assert (len(outputs_of(task)), shape_of(task, 8)) == ((3, ()) if answers_years(task) else (1, (8,)))


def test_another_task_is_refused_by_its_name() -> None:
    with pytest.raises(ModelRejected, match="poetry"):
        outputs_of("poetry")
