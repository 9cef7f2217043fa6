"""Settings, each read from the environment variable `FOTOTECA_<NAME>`.

Credentials for object storage are not settings: they come from the AWS chain (`AWS_ACCESS_KEY_ID`,
`AWS_PROFILE`, a pod's role), as any tool that speaks S3 finds them.

Trainings are tracked in MLflow where MLflow's own variables name a server: `MLFLOW_TRACKING_URI`, and to log in
`MLFLOW_TRACKING_USERNAME` with `MLFLOW_TRACKING_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from fototeca.errors import SettingsError


class Settings(BaseSettings):
    """Where the parts are and how hard to use them; nothing here changes a result."""

    model_config = SettingsConfigDict(env_prefix="FOTOTECA_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path(".fototeca"),
        description="Folder on this machine for scratch files, job records, reports and, where they run "
        "here, the services' data.",
    )
    bucket: str = Field(default="fototeca", min_length=3, max_length=63, description="Bucket that holds everything.")
    endpoint: str | None = Field(
        default=None,
        description="URL of the S3 service, for any that is not AWS; unset, the AWS chain decides "
        "(`AWS_ENDPOINT_URL_S3`).",
    )
    region: str = Field(default="us-east-1", description="Region to sign requests for.")
    ca_bundle: Path | None = Field(
        default=None, description="PEM file of the authorities to trust for S3, if not the system's."
    )
    connections: int = Field(
        default=32, ge=1, le=512, description="Requests to object storage in flight at once, per process."
    )
    serving: str = Field(default="127.0.0.1:8500", description="host:port of the TensorFlow Serving gRPC API.")
    serving_models: str = Field(
        default="",
        description="Folder, as the model server sees it, in which `<collection>/<version>/` lie; unset, "
        "`<home>/serving`.",
    )
    serving_ca: Path | None = Field(
        default=None, description="PEM file of the authority of the model server's certificate; turns TLS on."
    )
    serving_certificate: Path | None = Field(
        default=None, description="PEM file of the client's certificate, where the server asks for one."
    )
    serving_key: Path | None = Field(default=None, description="PEM file of the client certificate's private key.")
    serving_timeout: float = Field(
        default=120.0, gt=0, description="Seconds to wait for a new version to become available."
    )
    launcher: Literal["process"] = Field(
        default="process", description="Where training jobs run: `process`, a process of its own on this machine."
    )
    workers: int = Field(default=0, ge=0, le=256, description="Processes that measure images; 0 for one per processor.")
    tensorboard: str = Field(
        default="",
        description="Folder of the curves that TensorBoard shows while networks train; unset, `<home>/tensorboard`; "
        "`off`, none.",
    )
    collections: Path | None = Field(
        default=None, description="Folder of further collections' YAML files, beside those that come with Fototeca."
    )

    @property
    def models_folder(self) -> str:
        """Base of the model server's folders, absolute as TensorFlow Serving demands."""
        return self.serving_models or str((self.home / "serving").absolute())

    @property
    def tensorboard_folder(self) -> Path | None:
        """Where TensorBoard's files go; none where they are turned off."""
        if self.tensorboard == "off":
            return None
        return Path(self.tensorboard) if self.tensorboard else self.home.absolute() / "tensorboard"


@cache
def load_settings() -> Settings:
    """Read the settings once per process.

    Raises:
        SettingsError: a variable has a value that can't be used; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"FOTOTECA_{'_'.join(map(str, e['loc'])).upper()}={e['input']!r}: {e['msg']}" for e in error.errors()
        )
        raise SettingsError(f"Settings can't be used: {problems}. `fototeca settings` explains each.") from error


def describe_settings() -> str:
    """The settings as a page in Markdown, made from this module: docs/settings.md is this text."""
    rows = [
        f"| `FOTOTECA_{name.upper()}` | {_show(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = ["# Settings", "", (__doc__ or "").strip(), "", "| Variable | Default | What it is |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, ""])


def _show(default: object) -> str:
    return "unset" if default in (None, "") else f"`{default}`"
