"""Putting weights into the archive, once they are known to fit."""

from pathlib import Path

from fototeca.archive.weights import StoredWeights, put_weights
from fototeca.context import Context
from fototeca.errors import WeightsUnavailable
from fototeca.learning.architectures import Head, build, find
from fototeca.learning.weights.fit import fill_backbone


def add_fitting_weights(context: Context, architecture: str, file: Path) -> tuple[StoredWeights, bool]:
    """Keep a file of weights for an architecture; what is kept, and whether it is new.

    Raises:
        CollectionError: no architecture has that name.
        WeightsUnavailable: there is no such file, or it does not fit.
    """
    if not file.is_file():
        raise WeightsUnavailable(f"There is no file {file.absolute()}.")
    fill_backbone(build(find(architecture), Head("classification", 2)), file)
    return put_weights(context.store, architecture, file)
