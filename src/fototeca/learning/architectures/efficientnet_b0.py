"""EfficientNet-B0 by keras.applications. Tan and Le 2019, https://arxiv.org/abs/1905.11946."""

import keras
import numpy as np
from keras import layers

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.imagenet import DEVIATION, MEAN
from fototeca.learning.architectures.normalization import fuse


def _backbone(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Keras' network, with ImageNet's scaling of pixels whatever its weights.

    Its published weights have deviations where variances belong, and Keras makes up for it by a second division after
    the first, only where it loads them itself. Here what is missing comes before; the result is the same.
    """
    roots = np.sqrt(DEVIATION)
    shift = 255 * np.array(MEAN) * (1 - 1 / roots)
    scaled = layers.Rescaling((1 / roots).tolist(), shift.tolist(), dtype="float32")(pixels)
    network = keras.applications.EfficientNetB0(include_top=False, weights=None, input_tensor=scaled, pooling="avg")
    normalization = next(layer for layer in network.layers if isinstance(layer, layers.Normalization))
    normalization.set_weights([np.array(MEAN), np.array(DEVIATION), np.array(0)])
    normalization.finalize_state()
    fuse(network)
    return network.output


EFFICIENTNET_B0 = Architecture(
    "efficientnet_b0",
    (224, 224, 3),
    _backbone,
    neck=lambda features: layers.Dropout(0.2)(features),
    sources=("imagenet",),
)
