"""Proof that a version on a model server does what training left: the agreed signature, and the same answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fototeca.errors import ModelRejected, RequestRefused
from fototeca.serving.answers import outputs_of, shape_of, tolerance_of, width_of
from fototeca.serving.client import INPUT, ServingClient
from fototeca.serving.messages import DT_FLOAT, DT_STRING, SignatureDef


@dataclass(frozen=True)
class Golden:
    """A few images, and what training's own model said of them."""

    images: list[bytes]
    answers: NDArray[np.float32]
    """[images, k]"""


def verify(client: ServingClient, model: str, version: int, task: str, classes: int, golden: Golden) -> None:
    """Check that a version takes and gives what its task asks for, and says of known images what it said in training.

    Raises:
        ModelRejected: it does not.
        ServingUnavailable: the server does not answer.
    """
    name = f"Version {version} of {model}"
    _check_signature(client.signature(model, version), name, outputs_of(task), shape_of(task, classes))
    if not golden.images:
        return
    try:
        answered = client.predict(model, version, golden.images, task).answers
    except RequestRefused as error:
        raise ModelRejected(f"{name} refuses images that training used: {error}") from error
    if answered.shape != (len(golden.images), width_of(task, classes)) or answered.shape != golden.answers.shape:
        raise ModelRejected(f"{name} answers with the shape {answered.shape}, not {golden.answers.shape}.")
    differences = np.abs(answered - golden.answers).max(axis=0)
    allowed = np.broadcast_to(tolerance_of(task), differences.shape)
    worst = int((differences / allowed).argmax())
    if not differences[worst] <= allowed[worst]:
        raise ModelRejected(
            f"{name} answers up to {differences[worst]:.2g} away from training on {len(golden.images)} images; "
            f"{allowed[worst]:g} is allowed."
        )


def _check_signature(signature: SignatureDef, name: str, outputs: Sequence[str], shape: tuple[int, ...]) -> None:
    if set(signature.inputs) != {INPUT} or signature.inputs[INPUT].dtype != DT_STRING:
        raise ModelRejected(f"{name} takes {sorted(signature.inputs)}, not {INPUT!r} as strings: export it again.")
    for output in outputs:
        given = signature.outputs.get(output)
        if given is None or given.dtype != DT_FLOAT:
            raise ModelRejected(f"{name} gives {sorted(signature.outputs)}, not {output!r} as floats: export it again.")
        sizes = [dim.size for dim in given.tensor_shape.dim]
        if not given.tensor_shape.unknown_rank and not _fits(sizes, shape):
            wanted = ", ".join(["N", *map(str, shape)])
            raise ModelRejected(f"{name} gives {output!r} with the shape {sizes}, not [{wanted}]: export it again.")


def _fits(sizes: Sequence[int], shape: tuple[int, ...]) -> bool:
    """Whether a signature's sizes, of which -1 is any, can be those of a batch of answers of this shape each."""
    unknown, *each = sizes or (0,)
    return unknown == -1 and len(each) == len(shape) and all(g in (-1, w) for g, w in zip(each, shape, strict=True))
