"""Whether a network is as often right as it says, and temperature scaling, which makes it so.

After C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On Calibration of Modern Neural Networks (arXiv 1706.04599).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

SMALLEST = 1e-7
"""Probabilities below this count as this in the loss, so that one confident error is not infinite."""
BINS = 15
"""Bins of confidence, equally wide, as in Guo et al."""
COLDEST, HOTTEST = 0.05, 20.0

Floats = NDArray[np.float32] | NDArray[np.float64]


def losses(labels: NDArray[np.int64], probabilities: Floats) -> NDArray[np.float64]:
    """For each image, -log of the probability that its true class was given."""
    of_truth = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return -np.log(np.maximum(of_truth, SMALLEST))


def log_loss(labels: NDArray[np.int64], probabilities: Floats) -> float:
    """Mean of -log of the probability [N, classes] that the true class was given."""
    return float(losses(labels, probabilities).mean())


def fit_temperature(labels: NDArray[np.int64], logits: Floats) -> float:
    """The temperature by which logits [N, classes] (or log probabilities) are divided for the lowest log loss.

    Fit it on validation. A weak pull towards 1, worth about one image, keeps it finite where every answer is right;
    it lies between 0.05 and 20. The answers themselves stay the same at any temperature.
    """
    scores, places = logits.astype(np.float64), np.arange(len(labels))

    def cost(log_temperature: float) -> float:
        of_truth = log_softmax(scores / math.exp(log_temperature), axis=1)[places, labels]
        return float(-of_truth.sum() + log_temperature**2 / 2)

    found = minimize_scalar(cost, bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded")
    return math.exp(float(found.x))


def apply_temperature(logits: Floats, temperature: float) -> NDArray[np.float32]:
    """Probabilities [N, classes] of logits (or log probabilities) at this temperature."""
    probabilities: NDArray[np.float64] = softmax(logits.astype(np.float64) / temperature, axis=1)
    return probabilities.astype(np.float32)


def bin_places(confidence: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """The bin, from 0, that each confidence falls into; a bin holds its upper bound, not its lower one."""
    return np.clip(np.ceil(confidence.astype(np.float64) * bins).astype(np.int64) - 1, 0, bins - 1)


def reliability(labels: NDArray[np.int64], probabilities: Floats, bins: int = BINS) -> list[dict[str, Any]]:
    """The reliability diagram: for each bin that holds images, how sure the answers are and how often right."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    places = bin_places(confidence, bins)
    return [
        {
            "low": place / bins,
            "high": (place + 1) / bins,
            "images": int((places == place).sum()),
            "confidence": float(confidence[places == place].mean(dtype=np.float64)),
            "accuracy": float(right[places == place].mean()),
        }
        for place in np.unique(places).tolist()
    ]


def expected_calibration_error(labels: NDArray[np.int64], probabilities: Floats, bins: int = BINS) -> float:
    """How far confidence and accuracy are apart, on average over the images, bin by bin."""
    diagram = reliability(labels, probabilities, bins)
    return float(sum(b["images"] * abs(b["confidence"] - b["accuracy"]) for b in diagram) / len(labels))
