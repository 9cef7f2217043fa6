"""Pretrained weights: where a network begins, if not at random."""

from dataclasses import dataclass

import keras

from fototeca.archive.weights import sha256_of
from fototeca.context import Context, Progress, unseen
from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.weights.fit import fill_backbone, fill_head
from fototeca.learning.weights.sources import found_weights

__all__ = ["WeightsOrigin", "fill_backbone", "fill_head", "found_weights", "load_weights"]


@dataclass(frozen=True)
class WeightsOrigin:
    """Which weights a network began with."""

    source: str
    """What the recipe calls them: "wheel", "imagenet", "archive:579344248a93", a file, or an s3:// key."""
    name: str
    """The name of the file."""
    sha256: str


def load_weights(
    context: Context, architecture: Architecture, source: str, network: keras.Model, progress: Progress = unseen
) -> WeightsOrigin | None:
    """Fill the backbone of a network from the weights that its recipe names; none for "none".

    Raises:
        WeightsUnavailable: they can't be had, are damaged, or are another network's. Nothing is left to chance: a run
            that asks for weights never begins without them.
        ArchiveUnavailable: object storage does not answer.
    """
    if source == "none":
        return None
    with found_weights(context, architecture, source, progress) as file:
        fill_backbone(network, file)
        return WeightsOrigin(source, file.name, sha256_of(file))
