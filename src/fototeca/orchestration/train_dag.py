"""`<collection>_train`: train the competing networks on a dataset, and put the winner into service."""

from typing import Any

from airflow.sdk import DAG, Asset, Param, TriggerRule, task

from fototeca.collections import Collection
from fototeca.orchestration import calls
from fototeca.orchestration.defaults import DEFAULT_ARGS, dataset_asset
from fototeca.orchestration.pool import TRAINING_POOL
from fototeca.orchestration.training_job import TrainJobOperator

RECIPE = ("epochs", "batch_size", "learning_rate", "seed")

DOC = """
### Train the networks for *{title}*

Runs whenever the asset `{uri}` is updated, or by hand with a form.

**prepare** fixes the dataset. **train** runs one job for each architecture, as many at once as the pool `{pool}` has
slots. **select** compares on validation every network that was trained on the dataset, and reports on test.
**deploy** puts the winner into service once it answers a smoke request, and **report** writes the page about it.

An architecture that fails does not stop the others: the best of those that succeeded is taken.
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
            announced = events[-1].extra["dataset"] if events else None
            version = form["dataset"] or announced or calls.newest_dataset(name)
            recipe = {key: form[key] for key in RECIPE if form[key] is not None}
            chosen = dict.fromkeys(form["architectures"])
            return [{"architecture": each, "dataset": version, "recipe": recipe} for each in chosen]

        @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, multiple_outputs=False)
        def select(trained: Any) -> dict[str, Any]:
            """Compare the networks on validation; report the winner on test."""
            succeeded = [result for result in trained if result is not None]
            return calls.select(name, succeeded[0]["dataset"])

        @task(multiple_outputs=False)
        def deploy(verdict: dict[str, Any]) -> dict[str, Any]:
            """Write a new version for serving, wait for it to answer, and promote it."""
            return calls.deploy(name, verdict["architecture"], verdict["run"])

        @task(multiple_outputs=False)
        def report(verdict: dict[str, Any]) -> dict[str, Any]:
            """Write the page that shows the winner beside its competitors."""
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
    training = collection.training
    names = list(training.architectures)
    unset = "Empty: what the collection's YAML says"
    return {
        "architectures": Param(
            names,
            type="array",
            items={"type": "string"},
            minItems=1,
            examples=names,
            title="Architectures",
            description="The networks that compete.",
        ),
        "dataset": Param(
            None,
            type=["null", "string"],
            title="Dataset",
            description="Version to train on. Empty: the newest.",
        ),
        "epochs": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=1000,
            title="Epochs",
            description=f"At most so many passes over the images. {unset}, {training.epochs}.",
            section="Recipe",
        ),
        "batch_size": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=4096,
            title="Batch size",
            description=f"Images per step. {unset}, {training.batch_size}.",
            section="Recipe",
        ),
        "learning_rate": Param(
            None,
            type=["null", "number"],
            exclusiveMinimum=0,
            maximum=1,
            title="Learning rate",
            description=f"{unset}, {training.learning_rate:g}.",
            section="Recipe",
        ),
        "seed": Param(
            None,
            type=["null", "integer"],
            title="Seed",
            description=f"Of everything random. {unset}, {training.seed}.",
            section="Recipe",
        ),
    }
