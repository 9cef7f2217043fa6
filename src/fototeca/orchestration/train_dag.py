"""`<collection>_train`: train the competing networks on a dataset, and put the winner into service."""

from typing import Any

from airflow.sdk import DAG, Asset, Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowSkipException

from fototeca.collections import Collection
from fototeca.collections.architecture_names import ARCHITECTURE_NAMES
from fototeca.orchestration import calls
from fototeca.orchestration.defaults import DEFAULT_ARGS, dataset_asset
from fototeca.orchestration.pool import TRAINING_POOL
from fototeca.orchestration.recipe_form import read_recipe, recipe_form
from fototeca.orchestration.training_job import TrainJobOperator

DOC = """
### Train the networks for *{title}*

Runs whenever the asset `{uri}` is updated, or by hand with a form.

**prepare** fixes the dataset. **train** runs one job for each architecture, as many at once as the pool `{pool}` has
slots. **select** compares on validation every network that was trained on the dataset and answers the same, a class
or a year: with the baseline, and with what is in force. **deploy** does what its verdict says, and **report** writes
the pages on all of them.

| Verdict | What deploy does |
| --- | --- |
| promote | puts the winner into service, once it answers a smoke request |
| keep | sees that what is in force is served |
| nothing | is skipped: no network is good enough; its reasons are in its log and on the report's page |

`insist`, in the form, puts the best candidate into service whatever the verdict; the ledger says so.

An architecture that fails does not stop the others: those that succeeded are compared.
What was trained before is found and not trained again.
"""


def train_dag(collection: Collection) -> DAG:
    """The DAG, scheduled on the dataset, with a form for runs by hand."""
    name = collection.name
    dataset = dataset_asset(name)
    with DAG(
        dag_id=f"{name}_train",
        description=f"{collection.title}: train, select, deploy",
        schedule=[dataset],
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        tags=["fototeca", name],
        doc_md=DOC.format(title=collection.title, uri=dataset.uri, pool=TRAINING_POOL),
        params=_form(collection),
    ) as dag:

        @task
        def prepare(
            params: dict[str, Any] | None = None, triggering_asset_events: dict[Asset, Any] | None = None
        ) -> list[dict[str, Any]]:
            """Fix the dataset and the recipe: one training job for each architecture."""
            form = params or {}
            events = (triggering_asset_events or {}).get(dataset, [])
            announced = events[-1].extra if events else {}
            version = form["dataset"] or announced.get("dataset") or calls.newest_dataset(name)
            task_of_source = {"task": announced["task"]} if announced.get("task") else {}
            recipe = task_of_source | read_recipe(form)
            chosen = dict.fromkeys(form["architectures"])
            return [{"architecture": each, "dataset": version, "recipe": recipe} for each in chosen]

        @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, multiple_outputs=False)
        def select(trained: Any) -> dict[str, Any]:
            """Compare the networks on validation, with the baseline and with what is in force; report on test."""
            first = next(result for result in trained if result is not None)
            return calls.select(name, first["dataset"], first["task"])

        @task(multiple_outputs=False)
        def deploy(verdict: dict[str, Any], params: dict[str, Any] | None = None) -> dict[str, Any]:
            """Put the winner into service as a new version, once it answers; or keep to what the verdict says."""
            outcome, insist = verdict["outcome"], (params or {})["insist"]
            if outcome == "nothing" and not insist:
                raise AirflowSkipException(" ".join(["Nothing is put into service.", *verdict["reasons"]]))
            return calls.deploy(name, verdict["architecture"], verdict["run"], outcome, insist)

        @task(multiple_outputs=False)
        def report(verdict: dict[str, Any]) -> dict[str, Any]:
            """Write the pages that show the networks, each one's own and all of them side by side."""
            return calls.report(name, verdict)

        train = TrainJobOperator.partial(
            task_id="train",
            collection=name,
            pool=TRAINING_POOL,
            map_index_template="{{ task.architecture }}",
            doc_md="Train one architecture as a job of its own, which outlives this task's worker.",
        ).expand_kwargs(prepare())
        verdict: Any = select(train.output)
        deploy(verdict)
        report(verdict)
    return dag


def _form(collection: Collection) -> dict[str, Param]:
    return {
        "architectures": Param(
            list(collection.training.architectures),
            type="array",
            items={"type": "string", "enum": list(ARCHITECTURE_NAMES)},
            minItems=1,
            examples=list(ARCHITECTURE_NAMES),
            title="Architectures",
            description="The networks that compete.",
        ),
        "dataset": Param(
            None,
            type=["null", "string"],
            title="Dataset",
            description="Version to train on. Empty: the newest.",
        ),
        "insist": Param(
            False,
            type="boolean",
            title="Insist",
            description="Put the best candidate into service even if the verdict says that it is not good enough, or "
            "no better than what is in force.",
        ),
    } | recipe_form(collection)
