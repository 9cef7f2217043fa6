"""The DAGs of the collections in FOTOTECA_COLLECTIONS, for Airflow: one YAML file each, no code.

Those that come with Fototeca have a file each beside this one, so that a mistake in an added YAML can't stop them.
"""

from fototeca.collections import collection_names, load_collection
from fototeca.orchestration.collection_dags import build_dags
from fototeca.settings import load_settings

folder = load_settings().collections
for name in sorted(set(collection_names(folder)) - set(collection_names())):
    build_dags(load_collection(name, folder))
