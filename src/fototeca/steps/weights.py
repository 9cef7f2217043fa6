"""The weights that networks begin with, in the archive of a place that can download nothing."""

from dataclasses import dataclass
from pathlib import Path

from fototeca.archive.weights import StoredWeights, list_weights
from fototeca.context import Context

__all__ = ["AddedWeights", "StoredWeights", "add_weights", "list_weights"]


@dataclass(frozen=True)
class AddedWeights:
    """A file that the archive now keeps."""

    weights: StoredWeights
    already_done: bool


def add_weights(context: Context, architecture: str, file: Path | str) -> AddedWeights:
    """Put a file of weights into the archive under its hash, if the network can begin with it.

    Recipes then name it by `weights.source`. The same file is kept once.

    Args:
        context: Settings and archive.
        architecture: The network that the weights are of.
        file: A `.pth` file of PyTorch (efficientnet_lite0, resnet18), or an `.h5` file of Keras: of keras.applications
            (vgg16, efficientnet_b0), or of the backbone of any network here.

    Raises:
        CollectionError: no architecture has that name.
        WeightsUnavailable: there is no such file, or it does not fit.
    """
    from fototeca.learning.weights.adding import add_fitting_weights  # TensorFlow takes seconds to load

    kept, new = add_fitting_weights(context, architecture, Path(file).expanduser())
    return AddedWeights(kept, already_done=not new)
