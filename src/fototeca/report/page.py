"""Pages as HTML files that need nothing else: no script, no font, no picture from elsewhere."""

import shlex
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from fototeca.collections.changes import write_change
from fototeca.collections.recipe import Recipe
from fototeca.report import confusion, formats
from fototeca.report.curves import charts
from fototeca.report.dating import bias_chart, scatter
from fototeca.report.facts import Comparison, RunFacts
from fototeca.report.figures import Figure, dates, figures_of
from fototeca.report.forest import Reached, forest
from fototeca.report.reliability import reliability_charts

SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test", "doubtful": "doubtful"}


def render_run(facts: RunFacts) -> str:
    """The page of one run; every name in it that came from outside is escaped."""
    result = facts.result
    measured = result["metrics"][facts.splits[0]]
    return (
        templates()
        .get_template("run.html")
        .render(
            facts=facts,
            result=result,
            collection=facts.collection,
            dataset=facts.dataset,
            split=facts.splits[0],
            measured=measured,
            figures=figures_of(result),
            charts=charts(facts.history),
            matrices=_matrices(facts),
            reliability=reliability_charts(measured),
            scatter=scatter(*facts.years) if facts.dates else None,
            bias=bias_chart(measured.get("by_decade", [])) if facts.dates else None,
            slices=_slices(result, facts.splits[0]),
            recipe={name: result["recipe"][name] for name in Recipe.model_fields if name in result["recipe"]},
            explained={name: field.description for name, field in Recipe.model_fields.items()},
            command=reproduce(result),
            as_yaml=recipe_yaml(result),
        )
    )


def render_comparison(comparison: Comparison) -> str:
    """The page of runs side by side, headed by what came of it and why."""
    kinds = [[one for one in comparison.candidates if dates(one) is dated] for dated in (False, True)]
    return (
        templates()
        .get_template("comparison.html")
        .render(
            facts=comparison,
            collection=comparison.collection,
            dataset=comparison.dataset,
            kinds=[
                {"candidates": kind, "figures": figures_of(kind[0]), "forests": _forests(comparison, kind)}
                for kind in kinds
                if kind
            ],
            best=comparison.candidates[0],
            several=len(comparison.candidates) > 1,
        )
    )


def reproduce(result: dict[str, Any]) -> str:
    """The command that trains the same network in the same way on the same images, whatever the defaults are then."""
    words = ["fototeca", "train", result["collection"], "--architecture", result["architecture"]]
    words += ["--dataset", result["dataset"]]
    for name in Recipe.model_fields:
        if name in result["recipe"]:
            words += ["--set", write_change(name, result["recipe"][name])]
    return shlex.join(words)


def recipe_yaml(result: dict[str, Any]) -> str:
    """The recipe as a collection's YAML has it."""
    recipe = {name: result["recipe"][name] for name in Recipe.model_fields if name in result["recipe"]}
    training = {"training": {"recipes": {result["architecture"]: recipe}}}
    return yaml.safe_dump(training, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)


def _matrices(facts: RunFacts) -> dict[str, list[list[confusion.Cell]]]:
    metrics = facts.result["metrics"]
    return {split: confusion.rows(metrics[split]["confusion"]) for split in facts.splits if not facts.dates}


def _slices(result: dict[str, Any], split: str) -> list[tuple[str, dict[str, Any]]]:
    """What was measured on parts of a split, and on a copy of it without colour."""
    found = result.get("slices", {}).get(split, {})
    rows = [(f"from {name or 'unknown'}", metrics) for name, metrics in found.get("source", {}).items()]
    return rows + ([("all, made grey", found["grey"])] if found.get("grey") else [])


def _forests(comparison: Comparison, results: list[dict[str, Any]]) -> list[tuple[str, list[Any]]]:
    """For each split, one drawing for each figure that counts, with the baseline as the last row."""
    drawn = []
    for split in ("val", "test"):
        measured = [one for one in results if split in one["metrics"]]
        if measured:
            figures = [figure for figure in figures_of(measured[0]) if figure.baseline]
            drawn.append((split, [forest(figure, _reached(comparison, measured, figure, split)) for figure in figures]))
    return drawn


def _reached(comparison: Comparison, results: list[dict[str, Any]], figure: Figure, split: str) -> list[Reached]:
    rows = []
    for one in results:
        metrics, named = one["metrics"][split], (one["architecture"], one["run"])
        value = figure.value(metrics)
        if value is not None:
            kind = "right" if named == comparison.chosen else "validation"
            alone = sum(other["architecture"] == one["architecture"] for other in results) == 1
            name = one["architecture"] + ("" if alone else f" {one['run'][:4]}")
            rows.append(Reached(name, value, figure.interval(metrics), kind))
    baseline = figure.baseline_value(results[0]["metrics"][split])
    return rows + ([] if baseline is None else [Reached("baseline", baseline, None, "training")])


@cache
def templates() -> Environment:
    """The templates of pages; what they are given is escaped."""
    environment = Environment(
        loader=PackageLoader("fototeca.report"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for filter_ in (formats.percent, formats.count, formats.years, formats.signed, formats.size, formats.duration):
        environment.filters[filter_.__name__] = filter_
    environment.globals["many"] = formats.many
    environment.globals["split_names"] = SPLIT_NAMES
    return environment
