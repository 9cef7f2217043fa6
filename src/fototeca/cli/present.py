"""How results and progress look: for people on a terminal, or as JSON for programs."""

import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from fototeca.context import Progress

LINE_EVERY = 10.0
"""Seconds between lines of progress where the output is no terminal, such as a log."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

console = Console()
notes = Console(stderr=True)


def show(result: Any, sentence: str, as_json: bool) -> None:
    """Print a step's result: the sentence, or all of it as JSON."""
    if as_json:
        sys.stdout.write(json.dumps(to_plain(result), ensure_ascii=False, indent=2) + "\n")
    else:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def show_table(title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows as a table whose columns are the first row's keys."""
    table = Table(title=title if rows else f"{title}: none", title_justify="left")
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


def to_plain(result: Any) -> Any:
    """A step's result as JSON's types."""
    if isinstance(result, list):
        return [to_plain(item) for item in result]
    return dataclasses.asdict(result) if dataclasses.is_dataclass(result) and not isinstance(result, type) else result


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """Progress as bars on a terminal, as a line every ten seconds elsewhere; on standard error, so that it never mixes
    with results.
    """
    if not notes.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=notes) as bars:
        tasks: dict[str, Any] = {}

        def advance(done: int, total: int | None, what: str) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield advance


class _Lines:
    def __init__(self) -> None:
        self.last: dict[str, float] = {}

    def __call__(self, done: int, total: int | None, what: str) -> None:
        now = time.monotonic()
        if done == total or now - self.last.get(what, -LINE_EVERY) >= LINE_EVERY:
            self.last[what] = now
            notes.print(f"{what}: {done:,}" + (f" of {total:,}" if total else ""), highlight=False, markup=False)
