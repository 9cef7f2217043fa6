"""What all DAGs have in common, and the one place that decides which errors are tried again."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule

from fototeca.errors import RetryableError

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(RetryableError, RetryAction.RETRY, reason="trying again later may help"),
        RetryRule(Exception, RetryAction.FAIL, reason="trying again gives the same answer"),
    ]
)
"""Retry what `errors.py` calls retryable, and a task whose worker died; fail at once on all else."""

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "fototeca",
    "retries": 4,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": RETRY_POLICY,
}


def dataset_asset(collection: str) -> Asset:
    """The asset that a validated dataset of the collection updates; its events carry {"dataset": version}."""
    return Asset(name=f"{collection}_dataset", uri=f"fototeca://{collection}/dataset", group="fototeca")
