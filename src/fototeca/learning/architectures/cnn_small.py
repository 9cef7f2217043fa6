"""The smallest network: half of `cnn` in each layer."""

from fototeca.learning.architectures.architecture import Architecture
from fototeca.learning.architectures.cnn import two_convolutions

CNN_SMALL = Architecture(
    "cnn_small", (227, 227, 1), lambda pixels: two_convolutions(pixels, filters=(8, 16), units=16, dropout=0.3)
)
