"""What an MLflow server is told of a training, and what is done when it does not listen."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fototeca.learning import mlflow
from fototeca.learning.mlflow import MlflowRun, Origin, find_server

ORIGIN = Origin(
    experiment="fototeca/mars",
    name="cnn-0123",
    run="0123",
    recipe={"epochs": 2, "augmentations": ["flip"], "balance": "none"},
    tags={"run": "0123", "dataset": "d" * 16, "environment.python": "3.11"},
)
Content = dict[str, Any]


class Mlflow(ThreadingHTTPServer):
    """As much of MLflow's server as one run needs; it remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, Content]] = []
        self.logins: set[str | None] = set()
        self.experiment: str | None = None
        self.run: Content | None = None
        self.points: list[Content] = []
        self.fails = 0

    def answer(self, path: str, content: Content) -> tuple[int, Content]:
        self.asked.append((path, content))
        if self.fails:
            self.fails -= 1
            return 503, {"error_code": "TEMPORARILY_UNAVAILABLE"}
        act: Any = getattr(self, path.replace("/", "_").replace("-", "_"))
        return act(**content)  # type: ignore[no-any-return]

    def experiments_get_by_name(self, experiment_name: str) -> tuple[int, Content]:
        if self.experiment != experiment_name:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"}
        return 200, {"experiment": {"experiment_id": "7"}}

    def experiments_create(self, name: str) -> tuple[int, Content]:
        self.experiment = name
        return 200, {"experiment_id": "7"}

    def runs_search(self, **content: Any) -> tuple[int, Content]:
        return 200, {"runs": [self.run]} if self.run else {}

    def runs_create(self, **content: Any) -> tuple[int, Content]:
        self.run = {"info": {"run_id": "r1"}, "data": {}}
        return 200, {"run": self.run}

    def runs_update(self, run_id: str, **content: Any) -> tuple[int, Content]:
        return 200, {}

    def runs_log_batch(self, run_id: str, metrics: tuple[Content, ...] = (), **content: Any) -> tuple[int, Content]:
        self.points += metrics
        latest = {point["key"]: point for point in self.points}
        assert self.run
        self.run["data"]["metrics"] = list(latest.values())
        return 200, {}

    def told(self, path: str) -> list[Content]:
        return [content for asked, content in self.asked if asked == path]

    def curve(self, name: str) -> list[tuple[int, float]]:
        return [(point["step"], point["value"]) for point in self.points if point["key"] == name]


class Handler(BaseHTTPRequestHandler):
    server: Mlflow

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.reply(asked.path, {name: values[0] for name, values in parse_qs(asked.query).items()})

    def do_POST(self) -> None:
        self.reply(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def reply(self, path: str, content: Content) -> None:
        self.server.logins.add(self.headers["Authorization"])
        status, answer = self.server.answer(path.removeprefix("/behind/proxy/api/2.0/mlflow/"), content)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mlflow]:
    with Mlflow() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}/behind/proxy")
        yield server
        server.shutdown()


def begin() -> MlflowRun:
    client = find_server()
    assert client is not None
    return MlflowRun(client, ORIGIN)


def test_a_run_is_there_with_recipe_curves_figures_and_tags(server: Mlflow) -> None:
    run = begin()
    run.note(1, {"frozen/loss": 2.0, "frozen/accuracy": 0.5})
    run.note(2, {"frozen/loss": 1.0, "frozen/accuracy": 0.75})
    run.finish({"test/accuracy": 0.7})
    run.close(None)

    assert server.experiment == "fototeca/mars"
    (created,) = server.told("runs/create")
    assert (created["experiment_id"], created["run_name"]) == ("7", "cnn-0123")
    assert {tag["key"]: tag["value"] for tag in created["tags"]} == {
        "fototeca.run": "0123", "fototeca.dataset": "d" * 16, "fototeca.environment.python": "3.11"
    }  # fmt: skip
    params = server.told("runs/log-batch")[0]["params"]
    assert {param["key"]: param["value"] for param in params} == {
        "epochs": "2", "augmentations": '["flip"]', "balance": "none"
    }  # fmt: skip
    assert server.curve("frozen/loss") == [(1, 2.0), (2, 1.0)]
    assert server.curve("test/accuracy") == [(0, 0.7)]
    assert [update["status"] for update in server.told("runs/update")] == ["FINISHED"]


def test_a_run_that_was_killed_goes_on_as_the_same_one_and_says_nothing_twice(server: Mlflow) -> None:
    first = begin()
    first.note(1, {"fine-tuning/loss": 2.0})
    first.note(2, {"fine-tuning/loss": 1.0})
    first.close(KeyboardInterrupt())
    second = begin()
    for epoch, loss in ((2, 1.0), (3, 0.5)):
        second.note(epoch, {"fine-tuning/loss": loss})
    second.finish({})
    second.close(None)
    assert len(server.told("runs/create")) == len(server.told("experiments/create")) == 1
    assert "`fototeca.run` = '0123'" in server.told("runs/search")[1]["filter"]
    assert server.curve("fine-tuning/loss") == [(1, 2.0), (2, 1.0), (3, 0.5)]
    assert [update["status"] for update in server.told("runs/update")] == ["KILLED", "RUNNING", "FINISHED"]


def test_a_failed_training_is_marked_so(server: Mlflow) -> None:
    begin().close(ValueError())
    assert [update["status"] for update in server.told("runs/update")] == ["FAILED"]


def test_what_a_server_missed_it_gets_when_it_answers_again(
    server: Mlflow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mlflow, "PAUSE", 0.0)
    server.fails = 2
    run = begin()
    run.note(1, {"frozen/loss": 2.0})
    run.note(2, {"frozen/loss": 1.0})
    run.finish({})
    run.close(None)
    assert server.curve("frozen/loss") == [(1, 2.0), (2, 1.0)]
    assert len(caplog.messages) == 1
    assert "the training goes on: status 503" in caplog.messages[0]


def test_a_server_that_is_not_there_is_warned_of_once_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://somebody:secret@127.0.0.1:9")
    run = begin()
    run.note(1, {"frozen/loss": 2.0})
    run.finish({"test/accuracy": 0.5})
    run.close(None)
    assert len(caplog.messages) == 1
    assert "MLflow at http://127.0.0.1:9/" in caplog.messages[0]
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("variables", "login"),
    [
        ({}, None),
        ({"TOKEN": "t0ken"}, "Bearer t0ken"),
        ({"USERNAME": "ann", "PASSWORD": "pw", "TOKEN": "t0ken"}, "Basic YW5uOnB3"),
    ],
)
def test_it_logs_in_by_mlflows_own_variables(
    server: Mlflow,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variables: dict[str, str],
    login: str | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, value in variables.items():
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", value)
    begin().close(None)
    assert server.logins == {login}
    assert not [value for name, value in variables.items() if name != "USERNAME" and value in caplog.text]


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("postgresql://ann:secret@host/mlflow", "only servers at http:// and https://"),
        ("http://ann:secret/word@host", "it is no URL"),
    ],
)
def test_an_address_that_can_not_be_used_is_warned_of_without_showing_it(
    uri: str, problem: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert find_server() is None
    assert problem in caplog.text
    assert "secret" not in caplog.text


def test_without_an_address_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert find_server() is None
