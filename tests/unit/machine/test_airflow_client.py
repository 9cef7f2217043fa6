"""What becomes of an Airflow that does not answer."""

import pytest

from fototeca.errors import OrchestratorUnavailable
from fototeca.machine.airflow_client import AirflowClient, read_health
from fototeca.machine.ports import choose_ports


@pytest.fixture
def nowhere() -> str:
    """A URL where nothing listens."""
    return f"http://127.0.0.1:{choose_ports('nothing', {'http': 0}, print)['http']}"


def test_an_airflow_that_does_not_answer_can_be_tried_again_later(nowhere: str) -> None:
    with (
        AirflowClient(nowhere, "admin", "secret") as client,
        pytest.raises(OrchestratorUnavailable, match=f"{nowhere} does not answer"),
    ):
        client.state("mars_ingest", "first")


def test_an_airflow_that_does_not_answer_has_no_health(nowhere: str) -> None:
    assert read_health(nowhere) == {}
