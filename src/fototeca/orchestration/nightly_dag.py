"""`<collection>_nightly`: classify the uploads that wait."""

from typing import Any

from airflow.sdk import DAG, Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowSkipException

from fototeca.collections import Collection
from fototeca.errors import NothingToDeploy
from fototeca.orchestration import calls
from fototeca.orchestration.defaults import DEFAULT_ARGS

DOC = """
### Classify the uploads of *{title}*

Every night at 02:00 UTC. **plan** lists the uploads under `uploads/{name}/` that no night has classified and pins the
model's version. **classify_shard** sends them to the model server, a shard at a time. **commit** makes the night
count, all of it at once, so that each upload is classified exactly once, however often tasks are repeated.

The predictions are Parquet files under `predictions/{name}/<date>/`.
A night without new uploads commits nothing; without a deployed model it is skipped.
"""


def nightly_dag(collection: Collection) -> DAG:
    """The DAG, daily at 02:00."""
    name = collection.name
    with DAG(
        dag_id=f"{name}_nightly",
        description=f"{collection.title}: classify new uploads",
        schedule="0 2 * * *",
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        tags=["fototeca", name],
        doc_md=DOC.format(title=collection.title, name=name),
        params={
            "date": Param(
                None,
                type=["null", "string"],
                format="date",
                title="Date",
                description="Day under which the predictions are filed. Empty: the day of the run.",
            )
        },
    ) as dag:

        @task
        def plan(params: dict[str, Any] | None = None, dag_run: Any = None, ti: Any = None) -> list[str]:
            """Find the uploads that wait, divide them into shards, and pin the model's version."""
            date = (params or {})["date"] or dag_run.run_after.date().isoformat()
            try:
                night = calls.plan(name, date)
            except NothingToDeploy as error:
                raise AirflowSkipException(str(error)) from error
            ti.xcom_push("night", night)
            return list(night["shards"])

        @task(
            multiple_outputs=False,
            map_index_template="{{ task.op_kwargs['shard'] }}",
            doc_md="Send the shard's images to the model server and write its predictions.",
        )
        def classify_shard(shard: str, night: dict[str, Any]) -> dict[str, Any]:
            return calls.classify_shard(night, shard)

        @task(trigger_rule=TriggerRule.NONE_FAILED, multiple_outputs=False)
        def commit(parts: Any, ti: Any = None) -> dict[str, Any]:
            """Make the night's predictions count."""
            night = ti.xcom_pull(task_ids="plan", key="night")
            if night is None:
                raise AirflowSkipException("The night was skipped.")
            return calls.commit(night, [part for part in parts or () if part is not None])

        shards: Any = plan()
        commit(classify_shard.partial(night=shards["night"]).expand(shard=shards))
    return dag
