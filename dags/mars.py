"""The DAGs of the collection `mars`, for Airflow."""

from fototeca.collections import load_collection
from fototeca.orchestration.collection_dags import build_dags
from fototeca.settings import load_settings

build_dags(load_collection("mars", load_settings().collections))
