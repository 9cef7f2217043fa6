"""A client of Airflow's REST API: what the main job asks of it, and the one place where its errors become ours."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from fototeca.errors import OrchestratorUnavailable, PermanentError

DONE = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
"""States in which a run or a task stays."""


@dataclass(frozen=True)
class Task:
    """A task of a run, or one instance of a mapped task."""

    name: str
    """With what it is mapped over, once Airflow has found out: `train cnn`."""
    task_id: str
    map_index: int
    state: str
    tries: int
    seconds: float | None


class AirflowClient:
    """Speaks to one Airflow as one user; a context manager, which closes its connections."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.login = {"username": user, "password": password}
        self.http = httpx.Client(base_url=url, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def trigger(self, dag: str, run: str, form: dict[str, Any]) -> bool:
        """Start a run under a name of our choice, unless it exists; whether it was started."""
        body = {"dag_run_id": run, "logical_date": None, "conf": form}
        return self._ask("POST", f"/dags/{dag}/dagRuns", body, accept=(409,)) is not None

    def knows(self, dag: str) -> bool:
        """Whether Airflow has parsed the DAG.

        Raises:
            PermanentError: somebody has paused it, so that a run would wait for ever.
        """
        answer = self._ask("GET", f"/dags/{dag}", accept=(404,))
        if answer is not None and answer["is_paused"]:
            raise PermanentError(f"{dag} is paused: unpause it at {self.url}/dags/{dag}, then run again.")
        return answer is not None

    def import_errors(self) -> list[str]:
        """What keeps Airflow from parsing DAG files."""
        return [error["stack_trace"] for error in self._get("/importErrors")["import_errors"]]

    def state(self, dag: str, run: str) -> str:
        """State of a run."""
        return str(self._get(f"/dags/{dag}/dagRuns/{run}")["state"])

    def tasks(self, dag: str, run: str) -> list[Task]:
        """The tasks of a run, in the order in which they started."""
        found = self._get(f"/dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")["task_instances"]
        found.sort(key=lambda task: (task["start_date"] is None, task["start_date"] or ""))
        return [_read_task(task) for task in found]

    def clear_failed(self, dag: str, run: str) -> None:
        """Have the failed tasks of a run, and those that waited for them, run again."""
        body = {"dry_run": False, "dag_run_id": run, "only_failed": True, "reset_dag_runs": True}
        self._ask("POST", f"/dags/{dag}/clearTaskInstances", body)

    def caused_run(self, dag: str, run: str, consumer: str) -> str | None:
        """The newest run of `consumer` that an asset event of this run started, once there is one."""
        query = f"source_dag_id={dag}&source_run_id={run}&order_by=-timestamp"
        for event in self._get(f"/assets/events?{query}")["asset_events"]:
            for caused in event["created_dagruns"]:
                if caused["dag_id"] == consumer:
                    return str(caused["run_id"])
        return None

    def active_run(self, dag: str) -> str | None:
        """A run of the DAG that has begun or will at once, if there is one."""
        runs = self._get(f"/dags/{dag}/dagRuns?state=running&state=queued&limit=1")["dag_runs"]
        return str(runs[0]["dag_run_id"]) if runs else None

    def result(self, dag: str, run: str, task: str) -> Any:
        """What a task returned; none, if it returned nothing."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value?deserialize=true"
        answer = self._ask("GET", path, accept=(404,))
        return None if answer is None else answer["value"]

    def error(self, dag: str, run: str, task: Task) -> str:
        """The last error in the log of a task's last try."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances/{task.task_id}/logs/{task.tries}?map_index={task.map_index}"
        answer = self._ask("GET", path, accept=(404,)) or {"content": []}
        for line in reversed(answer["content"]):
            for cause in line.get("error_detail") or () if isinstance(line, dict) else ():
                return f"{cause['exc_type']}: {cause['exc_value']}"
        return f"{task.name} {task.state} without an error in its log"

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool, unless there is one of that name: its slots are the user's to change."""
        self._ask("POST", "/pools", {"name": name, "slots": slots, "description": description}, accept=(409,))

    def _get(self, path: str) -> Any:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: Any = None, accept: tuple[int, ...] = ()) -> Any:
        """The answer's body; none where the status is one of `accept`."""
        try:
            if "Authorization" not in self.http.headers:
                self._log_in()
            answer = self.http.request(method, f"/api/v2{path}", json=body)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._log_in()
                answer = self.http.request(method, f"/api/v2{path}", json=body)
        except httpx.HTTPError as error:
            raise OrchestratorUnavailable(
                f"Airflow at {self.url} does not answer: {error!r}. `make run` starts it."
            ) from error
        if answer.status_code in accept:
            return None
        _check(answer, f"{method} {path}")
        return answer.json() if answer.content else {}

    def _log_in(self) -> None:
        self.http.headers.pop("Authorization", None)
        answer = self.http.post("/auth/token", json=self.login)
        _check(answer, "log in")
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def read_health(url: str) -> dict[str, str | None]:
    """State of each part of Airflow; empty where its API does not answer."""
    try:
        report = httpx.get(f"{url}/api/v2/monitor/health", timeout=5).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return {}
    return {part: content and content["status"] for part, content in report.items()}


def _read_task(task: dict[str, Any]) -> Task:
    mapped = task["rendered_map_index"] or (str(task["map_index"]) if task["map_index"] >= 0 else "")
    name = f"{task['task_id']} {mapped}".rstrip()
    state = task["state"] or "waiting"
    seconds = task["duration"]
    if seconds is None and task["start_date"]:
        seconds = (datetime.now(UTC) - datetime.fromisoformat(task["start_date"])).total_seconds()
    return Task(name, task["task_id"], task["map_index"], state, task["try_number"], seconds)


def _check(answer: httpx.Response, what: str) -> None:
    if answer.is_success:
        return
    text = f"Airflow at {answer.url.copy_with(path='/')} answers {answer.status_code} to {what}: {answer.text[:500]}"
    raise OrchestratorUnavailable(text) if answer.status_code >= 500 else PermanentError(text)
