"""The bounds of latency, size and recall that a collection sets."""

from fototeca.collections import Collection
from fototeca.collections.selection import Selection
from fototeca.errors import CollectionError
from fototeca.selection.candidates import Candidate


def check_floors(collection: Collection) -> None:
    """Refuse floors of classes that the collection does not have.

    Raises:
        CollectionError: there is such a floor.
    """
    strangers = sorted(set(collection.selection.floors) - set(collection.vocabulary))
    if strangers:
        raise CollectionError(
            f"Collection {collection.name}: selection.floors names {', '.join(strangers)}, which is none of its "
            f"labels: {', '.join(collection.vocabulary)}."
        )


def find_faults(candidate: Candidate, limits: Selection) -> list[str]:
    """What keeps a candidate from being put into service however good it is, in sentences; nothing, if it may be.

    What is bounded but was not measured counts as a fault, and so does a floor of a class that validation lacks.
    """
    faults = []
    if limits.max_latency_ms is not None and (candidate.latency_ms or float("inf")) > limits.max_latency_ms:
        found = "unknown" if candidate.latency_ms is None else f"{candidate.latency_ms:.1f} ms"
        faults.append(f"its latency for an image is {found}, and {limits.max_latency_ms:g} ms are allowed")
    if limits.max_bytes is not None and (candidate.bytes or float("inf")) > limits.max_bytes:
        found = "unknown" if candidate.bytes is None else f"{candidate.bytes / 1e6:.1f} MB"
        faults.append(f"its size is {found}, and {limits.max_bytes / 1e6:.1f} MB are allowed")
    if candidate.kind == "class":
        faults += _below_floors(candidate, limits.floors)
    return faults


def _below_floors(candidate: Candidate, floors: dict[str, float]) -> list[str]:
    recalls, faults = candidate.recalls(), []
    for label, floor in floors.items():
        if label not in recalls:
            continue  # this dataset does not use the class
        recall = recalls[label]
        if recall is None:
            faults.append(f"validation holds no {label}, so that its floor of {100 * floor:.0f} % can't be checked")
        elif recall < floor:
            faults.append(f"it finds {100 * recall:.1f} % of {label}, and {100 * floor:.0f} % are demanded")
    return faults
