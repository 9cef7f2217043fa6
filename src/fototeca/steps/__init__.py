"""One function for each verb: what a command, a container and an Airflow task all call."""
