"""The smallest network: half of `cnn` in each layer."""

from fototeca.learning.architectures.cnn import two_convolutions

CNN_SMALL = two_convolutions("cnn_small", filters=(8, 16), units=16)
