"""`<collection>_ingest`: bring a source into the archive and check it."""

from typing import Any

from airflow.sdk import DAG, Metadata, Param, task
from airflow.sdk.exceptions import AirflowSkipException

from fototeca.collections import Collection
from fototeca.orchestration import calls
from fototeca.orchestration.defaults import DEFAULT_ARGS, dataset_asset
from fototeca.orchestration.recipe_form import recipe_field

DOC = """
### Ingest images of *{title}*

{description}

**ingest** hashes and measures every image of the source, packs the originals into the archive and writes a new
version of the dataset. **validate** holds that version to its checks, and stops here if a critical one fails.
A dataset that passes updates the asset `{uri}`, and that starts `{name}_train`. **describe** writes the page about the
images, also of a dataset that did not pass; nothing waits for it, and if it fails, the run succeeds nonetheless.

Ingesting the same source again adds nothing.
"""


def ingest_dag(collection: Collection) -> DAG:
    """The DAG, with a form that asks for the source."""
    name = collection.name
    dataset = dataset_asset(name)
    with DAG(
        dag_id=f"{name}_ingest",
        description=f"{collection.title}: ingest a source and validate the dataset",
        schedule=None,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        tags=["fototeca", name],
        doc_md=DOC.format(title=collection.title, description=collection.description, name=name, uri=dataset.uri),
        params={
            "source": Param(
                type="string",
                minLength=1,
                title="Source",
                description="A folder, a zip, a CSV of files and labels, or s3://bucket/prefix, as Airflow's "
                "worker sees it.",
            ),
            "replace": Param(
                False,
                type="boolean",
                title="Replace",
                description="Make a dataset of this source alone, instead of adding to the newest dataset.",
            ),
            "task": recipe_field(collection, "task"),
        },
    ) as dag:

        @task(multiple_outputs=False)
        def ingest(params: dict[str, Any] | None = None) -> dict[str, Any]:
            """Hash, measure and pack the images of the source; write the dataset's manifest."""
            form = params or {}
            return calls.ingest(name, form["source"], replace=form["replace"])

        @task(outlets=[dataset])
        def validate(ingested: dict[str, Any], params: dict[str, Any] | None = None) -> Any:
            """Hold the dataset to its checks; say that it can be trained on, if it passes."""
            result = calls.validate(name, ingested["dataset"])
            yield Metadata(dataset, {"dataset": result["dataset"], "task": (params or {})["task"]})
            return result

        @task(multiple_outputs=False)
        def describe(ti: Any = None) -> dict[str, Any]:
            """Write the page about the images: how many of each class, from where, what was refused."""
            ingested = ti.xcom_pull(task_ids="ingest")
            if ingested is None:
                raise AirflowSkipException("Nothing was ingested.")
            return calls.describe(name, ingested["dataset"])

        checked = validate(ingest())  # type: ignore[arg-type]
        checked >> describe().as_teardown(on_failure_fail_dagrun=False)
    return dag
