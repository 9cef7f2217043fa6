"""The live view of the main job's steps: a table on a terminal, a line for each change elsewhere."""

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from fototeca.context import Progress

COLOURS = {"success": "green", "failed": "red", "upstream_failed": "red", "up_for_retry": "yellow", "running": "cyan"}


@dataclass(frozen=True)
class Row:
    """A step as it is shown."""

    name: str
    state: str
    seconds: float | None = None
    note: str = ""


class View:
    """Shows steps while they go on; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.rows: dict[Hashable, Row] = {}
        self.live = (
            Live(console=console, get_renderable=self._table, refresh_per_second=4) if console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self.live:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()

    def show(self, step: Hashable, name: str, state: str, seconds: float | None = None, note: str = "") -> None:
        """Show where a step is; its name may change."""
        before, self.rows[step] = self.rows.get(step), Row(name, state, seconds, note)
        if self.live is None and (before is None or before.state != state):
            took = f" ({seconds:.0f} s)" if seconds is not None and state != "running" else ""
            self.console.print(f"{name}: {state}{took}", highlight=False, markup=False)

    @contextmanager
    def step(self, name: str) -> Iterator[Progress]:
        """Show a step that this process does itself."""
        began = time.monotonic()

        def progress(done: int, total: int | None, what: str) -> None:
            self.show(
                name,
                name,
                "running",
                time.monotonic() - began,
                f"{what}: {done:,}" + (f" of {total:,}" if total else ""),
            )

        self.show(name, name, "running", 0.0)
        try:
            yield progress
        except BaseException:
            self.show(name, name, "failed", time.monotonic() - began)
            raise
        self.show(name, name, "success", time.monotonic() - began)

    def _table(self) -> Table:
        table = Table("step", "state", "seconds", "", box=None, pad_edge=False)
        table.columns[2].justify = "right"
        for row in self.rows.values():
            seconds = "" if row.seconds is None else f"{row.seconds:.0f}"
            table.add_row(row.name, f"[{COLOURS.get(row.state, 'dim')}]{row.state}[/]", seconds, row.note)
        return table
