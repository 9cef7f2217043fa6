"""The names of the networks that can compete, for whoever offers them without loading TensorFlow."""

ARCHITECTURE_NAMES = (
    "cnn_small",
    "cnn",
    "resnet",
    "vgg16",
    "resnet18",
    "xse_resnext18_deeper",
    "efficientnet_b0",
    "efficientnet_lite0",
)
"""Those of `fototeca.learning.architectures`, in its order."""
