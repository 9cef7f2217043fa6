"""The model card of a run, as Markdown.

Its headings are those of Mitchell et al., Model Cards for Model Reporting, 2019 (arXiv 1810.03993).
"""

import re
from typing import Any

from fototeca.report.facts import RunFacts
from fototeca.report.figures import figures_of
from fototeca.report.page import reproduce, templates

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def render_card(facts: RunFacts) -> str:
    """The card; every name in it that came from outside is plain text, never Markdown or HTML."""
    environment = templates()
    environment.filters.setdefault("plain", plain)
    return environment.get_template("card.md").render(
        facts=facts,
        result=facts.result,
        collection=facts.collection,
        dataset=facts.dataset,
        figures=figures_of(facts.result),
        command=reproduce(facts.result),
    )


def plain(text: Any) -> str:
    """Text in one line, in which nothing is Markdown."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
