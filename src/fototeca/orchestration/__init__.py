"""The DAGs of a collection, built from its YAML. Importing it loads nothing heavy: Airflow parses DAGs often."""
