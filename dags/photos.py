"""The DAGs of the collection `photos`, for Airflow."""

from fototeca.collections import load_collection
from fototeca.orchestration.collection_dags import build_dags
from fototeca.settings import load_settings

build_dags(load_collection("photos", load_settings().collections))
