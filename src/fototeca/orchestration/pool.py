"""The name of Airflow's pool for training jobs; apart, so that whoever creates it need not load Airflow."""

TRAINING_POOL = "training"
"""Limits how many training jobs run at once; whoever sets up Airflow creates it."""
