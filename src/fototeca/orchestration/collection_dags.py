"""All DAGs of a collection."""

from airflow.sdk import DAG

from fototeca.collections import Collection
from fototeca.orchestration.ingest_dag import ingest_dag
from fototeca.orchestration.nightly_dag import nightly_dag
from fototeca.orchestration.train_dag import train_dag


def build_dags(collection: Collection) -> list[DAG]:
    """The three DAGs of a collection; Airflow finds them once they are built."""
    return [ingest_dag(collection), train_dag(collection), nightly_dag(collection)]
