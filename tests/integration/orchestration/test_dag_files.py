"""What Airflow finds when it parses the DAG files."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

from fototeca.collections import collection_names, load_collection
from fototeca.collections.recipe import Recipe
from fototeca.learning.recipe import make_recipe
from fototeca.orchestration.recipe_form import SECTIONS
from fototeca.settings import load_settings

DAGS = Path(__file__).parents[3] / "dags"
KINDS = ("ingest", "train", "nightly")
HEAVY = ["boto3", "great_expectations", "grpc", "kubernetes", "numpy", "pandas", "pyarrow", "tensorflow"]

PARSE = """
import airflow.sdk, json, runpy, sys, time  # as Airflow's DAG processor has it loaded before it parses
began = time.monotonic()
runpy.run_path(sys.argv[1])
modules = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"seconds": time.monotonic() - began, "modules": modules}))
"""

YAML = """
name: {name}
title: Moon
description: Craters of the Moon
labels: [crater, plain]
training: {{architectures: [cnn_small]}}
"""


def parse(folder: Path = DAGS) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(folder))


@pytest.fixture(scope="module")
def dags() -> dict[str, Any]:
    bag = parse()
    assert bag.import_errors == {}
    return dict(bag.dags)


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a user's own collections."""
    monkeypatch.setenv("FOTOTECA_COLLECTIONS", str(tmp_path))
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


def test_every_collection_has_its_three_dags(dags: dict[str, Any]) -> None:
    assert set(dags) == {f"{name}_{kind}" for name in collection_names() for kind in KINDS}


def test_a_collection_in_a_folder_of_the_users_needs_no_code(added: Path) -> None:
    (added / "moon.yaml").write_text(YAML.format(name="moon"))

    assert {f"moon_{kind}" for kind in KINDS} <= set(parse().dags)


def test_a_mistake_in_an_added_collection_leaves_the_others_alone(added: Path) -> None:
    (added / "moon.yaml").write_text("name: moon\ntitel: Moon\n")

    bag = parse()

    assert [Path(file).name for file in bag.import_errors] == ["added.py"]
    assert "moon.yaml" in next(iter(bag.import_errors.values()))
    assert "mars_ingest" in bag.dags


def test_every_dag_and_task_is_documented_and_owned(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert dag.doc_md.strip()
        assert dag.description
        assert "fototeca" in dag.tags
        for task in dag.tasks:
            assert (task.doc_md or task.partial_kwargs.get("doc_md")).strip(), task
            assert task.owner == "fototeca"


def test_every_field_of_every_form_says_what_it_is(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for name, param in dag.params.items():
            field = dag.params.get_param(name)
            assert field.schema["title"], (dag.dag_id, name, param)
            assert field.description


def test_the_form_of_training_asks_for_every_value_of_a_recipe_once(dags: dict[str, Any]) -> None:
    form = dags["photos_train"].params

    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(Recipe.model_fields)
    for name in Recipe.model_fields:
        field = form.get_param(name)
        assert field.resolve() is None
        assert field.schema["section"]
        assert Recipe.model_fields[name].description in field.description


def test_a_form_takes_what_the_recipe_takes_and_refuses_the_rest(dags: dict[str, Any]) -> None:
    form = dags["mars_train"].params

    taken = {
        "views": 8,
        "schedule": "one_cycle",
        "augmentations": ["flip"],
        "weights": "wheel",
        "feature_cache": "true",
    }
    for name, value in taken.items():
        assert form.get_param(name).resolve(value) == value
        Recipe.model_validate({name: value})
    for name, value in {"views": 3, "learning_rate": 0, "epochs": 1001, "architectures": ["alexnet"]}.items():
        with pytest.raises(ParamValidationError):
            form.get_param(name).resolve(value)


def test_a_form_says_what_each_network_has_where_nothing_is_set(dags: dict[str, Any]) -> None:
    usual = {name: make_recipe(load_collection("mars").training, name).weights for name in ("cnn", "vgg16")}
    description = dags["mars_train"].params.get_param("weights").description

    assert usual == {"cnn": "none", "vgg16": "imagenet"}
    assert re.search(r"Empty: none; vgg16, .*: imagenet; efficientnet_lite0: wheel\.", description)


@pytest.mark.parametrize(
    ("collection", "task", "taken"), [("photos", "regression", True), ("mars", "regression", False)]
)
def test_only_dated_photographs_can_be_asked_for_years(
    dags: dict[str, Any], collection: str, task: str, taken: bool
) -> None:
    for kind in ("ingest", "train"):
        choices = dags[f"{collection}_{kind}"].params.get_param("task").schema["enum"]
        assert (task in choices) is taken


def test_every_task_is_tried_again_but_only_after_errors_that_may_pass(dags: dict[str, Any]) -> None:
    from fototeca.orchestration.defaults import RETRY_POLICY

    for dag in dags.values():
        for task in dag.tasks:
            settings = task.partial_kwargs if hasattr(task, "partial_kwargs") else vars(task)
            assert settings["retries"] >= 2
            assert settings["retry_policy"] is RETRY_POLICY


def test_training_waits_for_a_dataset_and_for_a_slot_of_its_pool(dags: dict[str, Any]) -> None:
    (asset,) = dags["mars_train"].schedule

    assert asset.uri == "fototeca://mars/dataset"
    assert asset in dags["mars_ingest"].get_task("validate").outlets
    assert dags["mars_train"].get_task("train").partial_kwargs["pool"] == "training"


def test_a_run_that_a_dataset_starts_trains_on_it_for_the_task_that_was_asked_with_it(dags: dict[str, Any]) -> None:
    train = dags["photos_train"]
    (asset,) = train.schedule
    form = {name: train.params[name] for name in train.params}
    event = SimpleNamespace(extra={"dataset": "d1", "task": "regression"})

    jobs = train.get_task("prepare").python_callable(form, {asset: [event]})
    by_hand = train.get_task("prepare").python_callable(form | {"dataset": "d2", "task": "distribution"}, {})

    assert {(job["dataset"], job["recipe"]["task"]) for job in jobs} == {("d1", "regression")}
    assert {(job["dataset"], job["recipe"]["task"]) for job in by_hand} == {("d2", "distribution")}


def test_nights_are_classified_at_two_one_at_a_time_and_never_in_arrears(dags: dict[str, Any]) -> None:
    nightly = dags["mars_nightly"]

    assert (nightly.schedule, nightly.catchup, nightly.max_active_runs) == ("0 2 * * *", False, 1)


@pytest.mark.parametrize("file", sorted(DAGS.glob("*.py")), ids=lambda file: file.name)
def test_a_dag_file_is_thin_quick_to_parse_and_loads_nothing_heavy(file: Path) -> None:
    parsed = json.loads(subprocess.check_output([sys.executable, "-c", PARSE, str(file)]).splitlines()[-1])

    assert parsed["seconds"] < 2
    assert [module for module in HEAVY if module in parsed["modules"]] == []
    assert len(file.read_text().splitlines()) < 60
