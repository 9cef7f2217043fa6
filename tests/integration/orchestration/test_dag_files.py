"""What Airflow finds when it parses the DAG files."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fototeca.collections import collection_names
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


def test_nights_are_classified_at_two_one_at_a_time_and_never_in_arrears(dags: dict[str, Any]) -> None:
    nightly = dags["mars_nightly"]

    assert (nightly.schedule, nightly.catchup, nightly.max_active_runs) == ("0 2 * * *", False, 1)


@pytest.mark.parametrize("file", sorted(DAGS.glob("*.py")), ids=lambda file: file.name)
def test_a_dag_file_is_thin_quick_to_parse_and_loads_nothing_heavy(file: Path) -> None:
    parsed = json.loads(subprocess.check_output([sys.executable, "-c", PARSE, str(file)]).splitlines()[-1])

    assert parsed["seconds"] < 2
    assert [module for module in HEAVY if module in parsed["modules"]] == []
    assert len(file.read_text().splitlines()) < 60
