"""What a model server is to serve, as its own configuration."""

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf import text_format

from fototeca.serving.messages import ModelConfig, ModelConfigList, ModelServerConfig

STABLE = "stable"
"""Label of the version in force, for clients that ask by label; ours ask by number."""


@dataclass(frozen=True)
class ServedModel:
    """A model and those of its versions that are to be loaded."""

    name: str
    base_path: str
    """Folder of `<version>/`, absolute, as the server sees it."""
    versions: tuple[int, ...]
    stable: int | None
    """The version in force; none while the first one is being tried."""


def make_config(models: Iterable[ServedModel]) -> ModelServerConfig:
    """The configuration that serves exactly these."""
    return ModelServerConfig(model_config_list=ModelConfigList(config=[_model_config(model) for model in models]))


def as_text(config: ModelServerConfig) -> str:
    """The configuration as a file for `--model_config_file`; the same configuration gives the same text."""
    return str(text_format.MessageToString(config))


def _model_config(model: ServedModel) -> ModelConfig:
    config = ModelConfig(name=model.name, base_path=model.base_path, model_platform="tensorflow")
    config.model_version_policy.specific.versions.extend(sorted(model.versions))
    if model.stable is not None:
        config.version_labels[STABLE] = model.stable
    return config
