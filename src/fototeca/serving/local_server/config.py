"""The list of models to serve: reading and checking it."""

import re
from collections.abc import Mapping
from pathlib import Path

from google.protobuf import text_format

from fototeca.errors import ServiceFailed
from fototeca.serving.local_server.refusal import invalid
from fototeca.serving.messages import ModelConfig, ModelServerConfig

PLATFORM = "tensorflow"
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def read_config(file: Path) -> ModelServerConfig:
    """A configuration in protobuf's text format.

    Raises:
        ServiceFailed: the file can't be read, or is no ModelServerConfig.
    """
    try:
        return text_format.Parse(file.read_text(encoding="utf-8"), ModelServerConfig())
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise ServiceFailed(f"{file} can't be read as a model server's configuration: {error}") from error


def check_config(config: ModelServerConfig, before: Mapping[str, ModelConfig]) -> dict[str, ModelConfig]:
    """The configured models by name; `before` are those of the last configuration.

    Raises:
        Refusal: TensorFlow Serving would refuse it.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid(
            "ServerModelConfig type not supported by HandleReloadConfigRequest."
            " Only ModelConfigList is currently supported"
        )
    models: dict[str, ModelConfig] = {}
    for model in config.model_config_list.config:
        if model.name in models:
            raise invalid(f"Illegal to list model {model.name} multiple times in config list")
        if not model.base_path.startswith("/") and not URI.match(model.base_path):
            raise invalid(
                f"Expected model {model.name} to have an absolute path or URI; got base_path()={model.base_path}"
            )
        platform = _platform(model)
        if model.name in before and (old := _platform(before[model.name])) != platform:
            raise invalid(
                f"Illegal to change a model's platform. For model {model.name} platform was {old}"
                f" and new platform requested is {platform}"
            )
        models[model.name] = model
    return models


def check_platforms(models: Mapping[str, ModelConfig]) -> None:
    """Refuse platforms that the server does not have; it notices only after taking the configuration.

    Raises:
        Refusal: a model asks for one.
    """
    for name, model in models.items():
        if (platform := _platform(model)) != PLATFORM:
            raise invalid(f"Model {name} requests unsupported platform {platform}")


def _platform(model: ModelConfig) -> str:
    if model.model_type:
        return PLATFORM
    if not model.model_platform:
        raise invalid("Illegal setting neither ModelServerConfig::model_type nor ModelServerConfig::model_platform.")
    return str(model.model_platform)
