"""The page about a dataset as one HTML file."""

from fototeca.report.data.drawings import curve_charts
from fototeca.report.data.facts import DataFacts
from fototeca.report.data.reading import read_curve
from fototeca.report.page import templates


def render_data(facts: DataFacts) -> str:
    """The page; every name in it that came from outside is escaped."""
    return (
        templates()
        .get_template("describe.html")
        .render(
            facts=facts,
            collection=facts.collection,
            dataset=facts.dataset,
            curves=[(read_curve(curve), curve_charts(curve)) for curve in facts.curves],
        )
    )
