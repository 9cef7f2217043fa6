"""The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from fototeca.report import confusion
from fototeca.report.curves import charts
from fototeca.report.facts import Facts

SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test"}


def render_report(facts: Facts) -> str:
    """The page; every name in it that came from outside is escaped."""
    metrics = facts.winner["metrics"]
    return (
        _templates()
        .get_template("report.html")
        .render(
            facts=facts,
            winner=facts.winner,
            charts=charts(facts.history),
            matrices={split: confusion.rows(metrics[split]["confusion"]) for split in facts.splits},
            figures={
                split: confusion.by_class(facts.winner["classes"], metrics[split]["confusion"])
                for split in facts.splits
            },
            split_names=SPLIT_NAMES,
            command=reproduce(facts.winner),
        )
    )


def reproduce(result: dict[str, Any]) -> str:
    """The command that trains the same network in the same way on the same images."""
    recipe = result["recipe"]
    options = {name: recipe[name] for name in ("epochs", "batch_size", "learning_rate", "seed") if name in recipe}
    words = ["fototeca train", result["collection"], "--architecture", result["architecture"]]
    words += ["--dataset", result["dataset"]]
    return " ".join(words + [f"--{name.replace('_', '-')} {value}" for name, value in options.items()])


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("fototeca.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share:.1%}".replace("%", "\u202f%")
    environment.globals["majority_f1"] = confusion.majority_f1
    environment.filters["count"] = lambda number: f"{number:,}".replace(",", "\u202f")
    return environment
