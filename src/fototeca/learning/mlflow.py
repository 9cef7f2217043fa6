"""A run on an MLflow tracking server, over MLflow's REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html).

MLflow's own environment variables say where the server is and who asks: MLFLOW_TRACKING_URI, and
MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN; for a server with a certificate of
its own, MLFLOW_TRACKING_SERVER_CERT_PATH.
"""

import json
import logging
import os
import ssl
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Points in one request; MLflow takes 1000 at most."""
PAUSE = 60.0
"""Seconds for which a server that did not answer is left alone."""
TIMEOUT = httpx.Timeout(15, connect=5)
UNUSABLE = (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError)
"""What a server that can't be reached, or is none of MLflow's, raises."""


@dataclass(frozen=True)
class Origin:
    """What a run is."""

    experiment: str
    name: str
    run: str
    """By this, the run is found again."""
    recipe: dict[str, Any]
    tags: dict[str, str]


class MlflowRun:
    """One run there. A server that does not answer fails nothing: what it missed is sent when it answers again."""

    def __init__(self, server: httpx.Client, origin: Origin) -> None:
        self.server = server
        self.origin = origin
        self.id: str | None = None
        self.last: dict[str, int] = {}
        """The step of each curve that was sent last, by this process or one before."""
        self.waiting: list[dict[str, Any]] = []
        self.state = "RUNNING"
        self.quiet_until, self.warned = 0.0, False
        self._send()

    def note(self, step: int, measured: dict[str, float]) -> None:
        """Send points at one step."""
        now = _milliseconds()
        self.waiting += [
            {"key": name, "value": value, "timestamp": now, "step": step} for name, value in measured.items()
        ]
        self._send()

    def finish(self, figures: dict[str, float]) -> None:
        """Send the final figures, and that the run is done."""
        self.state, self.quiet_until = "FINISHED", 0.0
        self.note(0, figures)

    def close(self, error: BaseException | None) -> None:
        """Say how the run ended, unless it is finished."""
        if self.state == "RUNNING":
            self.state = "FAILED" if isinstance(error, Exception) else "KILLED"
            self._send()
        self.server.close()

    def _send(self) -> None:
        if time.monotonic() < self.quiet_until:
            return
        try:
            if self.id is None:
                self.id = self._begin()
            while some := self.waiting[:AT_ONCE]:
                fresh = [point for point in some if point["step"] > self.last.get(point["key"], -1)]
                if fresh:
                    self._post("runs/log-batch", run_id=self.id, metrics=fresh)
                self.last |= {point["key"]: point["step"] for point in fresh}
                del self.waiting[: len(some)]
            if self.state != "RUNNING":
                self._post("runs/update", run_id=self.id, status=self.state, end_time=_milliseconds())
        except UNUSABLE as error:
            self.quiet_until = time.monotonic() + PAUSE
            if not self.warned:
                self.warned = True
                log.warning("MLflow at %s takes nothing; the training goes on: %s", self.server.base_url, _why(error))

    def _begin(self) -> str:
        """The id of the run: one that another process began, or a new one."""
        experiment, origin = self._experiment(), self.origin
        wanted = f"tags.`fototeca.run` = '{origin.run}'"
        found = self._post("runs/search", experiment_ids=[experiment], filter=wanted, max_results=1).get("runs", [])
        if found:
            run, known = found[0]["info"]["run_id"], found[0]["data"].get("metrics", [])
            self.last = {metric["key"]: int(metric.get("step", 0)) for metric in known}
            self._post("runs/update", run_id=run, status="RUNNING")
        else:
            tags = [{"key": f"fototeca.{name}", "value": value} for name, value in origin.tags.items()]
            new = {"experiment_id": experiment, "run_name": origin.name, "start_time": _milliseconds(), "tags": tags}
            run = self._post("runs/create", **new)["run"]["info"]["run_id"]
        params = [
            {"key": name, "value": value if isinstance(value, str) else json.dumps(value)}
            for name, value in origin.recipe.items()
        ]
        self._post("runs/log-batch", run_id=run, params=params)
        return str(run)

    def _experiment(self) -> str:
        if (known := self._find_experiment()) is not None:
            return known
        try:
            return str(self._post("experiments/create", name=self.origin.experiment)["experiment_id"])
        except httpx.HTTPStatusError:
            if (known := self._find_experiment()) is not None:  # another training was quicker
                return known
            raise

    def _find_experiment(self) -> str | None:
        answer = self.server.get("experiments/get-by-name", params={"experiment_name": self.origin.experiment})
        if answer.status_code == httpx.codes.NOT_FOUND and "RESOURCE_DOES_NOT_EXIST" in answer.text:
            return None
        return str(answer.raise_for_status().json()["experiment"]["experiment_id"])

    def _post(self, path: str, **content: Any) -> dict[str, Any]:
        return dict(self.server.post(path, json=content).raise_for_status().json())


def find_server() -> httpx.Client | None:
    """The server that MLFLOW_TRACKING_URI names; none where it is unset, or names none that is reached over HTTP."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if not uri:
        return None
    try:
        address = httpx.URL(uri)
        if address.scheme not in ("http", "https"):
            raise ValueError("only servers at http:// and https:// are spoken to, such as `mlflow server`")
        certificate = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
        return httpx.Client(
            base_url=address.copy_with(userinfo=b"", path=f"{address.path.rstrip('/')}/api/2.0/mlflow/"),
            auth=_login(address),
            verify=ssl.create_default_context(cafile=certificate) if certificate else True,
            timeout=TIMEOUT,
        )
    except (httpx.InvalidURL, ValueError, OSError) as error:
        why = "it is no URL" if isinstance(error, httpx.InvalidURL) else error  # that one may hold a password
        log.warning("MLFLOW_TRACKING_URI can't be used, so MLflow is told nothing: %s", why)
        return None


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def _login(address: httpx.URL) -> httpx.Auth | None:
    """Who asks; kept out of the address, which messages show."""
    user = os.environ.get("MLFLOW_TRACKING_USERNAME") or address.username
    password = os.environ.get("MLFLOW_TRACKING_PASSWORD") or address.password
    if user and password:
        return httpx.BasicAuth(user, password)
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    return _Bearer(token) if token else None


def _why(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}: {error.response.text[:200]}"
    return f"{type(error).__name__}: {error}"


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000
