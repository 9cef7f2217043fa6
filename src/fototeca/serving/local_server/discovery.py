"""Which versions of a model lie on disk, and which of them are to be served."""

import logging
import re
from pathlib import Path

from fototeca.serving.messages import ModelConfig

log = logging.getLogger(__name__)

NUMBER = re.compile(r"-?[0-9]+")


class BasePathMissing(Exception):
    """A model's folder does not exist, or is on storage that the server has no client for."""


def find_versions(config: ModelConfig) -> dict[int, Path]:
    """The version folders that the model's policy wants served.

    Raises:
        BasePathMissing: the model's folder is not there; storage such as s3:// can't be read and counts as absent.
    """
    present = _present(config)
    policy = config.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return present
    if choice == "specific":
        for version in set(policy.specific.versions) - set(present):
            log.warning("Version %d of model %s is not in %s.", version, config.name, config.base_path)
        return {version: present[version] for version in policy.specific.versions if version in present}
    newest = sorted(present, reverse=True)[: policy.latest.num_versions or 1]
    return {version: present[version] for version in newest}


def _present(config: ModelConfig) -> dict[int, Path]:
    base = Path(config.base_path)
    if "://" in config.base_path or not base.is_dir():
        raise BasePathMissing(f"Could not find base path {config.base_path} for servable {config.name}")
    return {int(child.name): child for child in sorted(base.iterdir()) if NUMBER.fullmatch(child.name)}
