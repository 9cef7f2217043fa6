"""The comparisons that a verdict rests on, made from what runs left in the archive."""

from functools import cache
from typing import Any

import numpy as np

from fototeca.context import Context, Progress
from fototeca.selection.answers import Answers, commonest, read_answers
from fototeca.selection.candidates import Candidate
from fototeca.selection.champion import Champion, ask_champion
from fototeca.selection.comparison import Comparison, compare


class Matches:
    """Compares candidates of one kind; each run's answers are read once."""

    def __init__(self, context: Context, collection: str, champion: Champion | None, progress: Progress) -> None:
        self._context, self._collection, self._champion, self._progress = context, collection, champion, progress
        self._read = cache(read_answers)

    def with_baseline(self, candidate: Candidate, chosen_from: int) -> Comparison:
        """With always answering the commonest class, or the median year, of training."""
        given = self._answers(candidate)
        images = given.of("val")
        if candidate.kind == "class":
            constant: Any = commonest(given.of("train").truths, candidate.classes)
            always = f"always answering {constant}, the commonest class,"
        else:
            constant = candidate.metrics["val"]["baseline_year"]
            always = f"always answering {constant:g}, the median year,"
        return compare(candidate.kind, images, np.full(len(images.ids), constant), always, chosen_from=chosen_from)

    def with_other(self, candidate: Candidate, other: Candidate, chosen_from: int) -> Comparison:
        """With another candidate, which was trained on the same dataset."""
        images = self._answers(candidate).of("val")
        theirs = self._answers(other).of_images(images.ids)
        return compare(candidate.kind, images, theirs, other.name, chosen_from=chosen_from)

    def with_champion(self, candidate: Candidate, chosen_from: int) -> Comparison | None:
        """With what is in force, on the images that it did not learn from; none where there are none.

        Raises:
            ServingUnavailable: the model server has to be asked, and does not answer.
        """
        if self._champion is None:
            return None
        images = self._answers(candidate).of("val")
        said = ask_champion(self._context, self._collection, self._champion, candidate.dataset, images, self._progress)
        if not said.fair.any():
            return None
        return compare(
            candidate.kind,
            images.take(said.fair),
            said.answers,
            self._champion.name,
            chosen_from=chosen_from,
            left_out=int((~said.fair).sum()),
            asked=said.asked,
        )

    def _answers(self, candidate: Candidate) -> Answers:
        store = self._context.store
        return self._read(store, self._collection, candidate.architecture, candidate.run, candidate.kind)
