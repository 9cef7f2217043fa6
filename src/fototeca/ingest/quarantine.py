"""Sending what a source has refused to the archive's quarantine, while the rest goes on."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from fototeca.archive.quarantine import quarantine
from fototeca.archive.store import Store
from fototeca.ingest.files import Refusal
from fototeca.ingest.spool import Spool

THREADS = 8


class Quarantine:
    """Takes refusals, and writes each once however often the same source is ingested."""

    def __init__(self, store: Store, collection: str, source: str, spool: Spool) -> None:
        self.store = store
        self.collection = collection
        self.source = source
        self.spool = spool
        self.threads = ThreadPoolExecutor(THREADS)
        self.writing: deque[Future[None]] = deque()

    def add(self, refusal: Refusal, content: bytes = b"", *, counted: bool = True) -> None:
        """Take a refusal; `counted` if it is one of the source's refused files."""
        path = refusal.path.encode(errors="replace").decode()
        if counted and not self.spool.refuse(path, refusal.reason):
            return
        self.writing.append(self.threads.submit(self._write, Refusal(path, refusal.reason), content))
        if len(self.writing) == 2 * THREADS:
            self.writing.popleft().result()

    def _write(self, refusal: Refusal, content: bytes) -> None:
        quarantine(self.store, self.collection, refusal.path, refusal.reason, self.source, content)

    def finish(self) -> None:
        """Wait until all is written."""
        while self.writing:
            self.writing.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for what is being written."""
        try:
            if error is None:
                self.finish()
        finally:
            self.threads.shutdown(cancel_futures=True)
