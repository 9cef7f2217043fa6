"""Reading and measuring images in several processes, in order, with a bounded number of bytes on the way."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection

from fototeca.errors import JobLost
from fototeca.ingest.files import File, Reader, Refusal
from fototeca.ingest.measure import Limits, Measured, Unusable, measure

IMAGES_PER_TASK = 64
BYTES_PER_TASK = 8_000_000
TASKS_PER_WORKER = 3
"""Tasks given out at once: one in work, one waiting, one whose result is being packed."""
WORTH_PROCESSES = 2000
"""Images from which on starting processes costs less than it saves."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file: File
    found: Measured | Refusal
    content: bytes
    """The file's bytes; empty where they could not be read."""


@dataclass(frozen=True)
class Measuring:
    """How to read and measure: what every process must know."""

    reader: Reader
    limits: Limits

    def work(self, files: list[File]) -> list[Outcome]:
        """Read and measure one task's files."""
        contents = self.reader.read(files, self.limits.max_bytes)
        return [self._measure(file, content) for file, content in zip(files, contents, strict=True)]

    def _measure(self, file: File, content: bytes | Refusal) -> Outcome:
        if isinstance(content, Refusal):
            return Outcome(file, content, b"")
        try:
            return Outcome(file, measure(content, self.limits), content)
        except Unusable as error:
            return Outcome(file, Refusal(file.path, str(error)), content)


def measure_all(files: Iterable[File], count: int, measuring: Measuring, workers: int) -> Generator[Outcome]:
    """What became of each file, in the files' order.

    Raises:
        JobLost: a process that measures was ended, as by want of memory.
    """
    workers = workers or os.cpu_count() or 1
    if workers == 1 or count < WORTH_PROCESSES:
        for task in _tasks(files):
            yield from measuring.work(task)
        return
    spawn = multiprocessing.get_context("spawn")  # a fork would copy the locks of the storage client's threads
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_follow_parent)
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        for task in _tasks(files):
            waiting.append(pool.submit(measuring.work, task))
            if len(waiting) == TASKS_PER_WORKER * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise JobLost("A process that measures images was ended, perhaps for want of memory. Run again.") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # they end by themselves, meanwhile there is more to do


def _tasks(files: Iterable[File]) -> Iterator[list[File]]:
    """The files in portions of bounded number and size."""
    task: list[File] = []
    size = 0
    for file in files:
        if task and (len(task) == IMAGES_PER_TASK or size + file.size > BYTES_PER_TASK):
            yield task
            task, size = [], 0
        task.append(file)
        size += file.size
    if task:
        yield task


def _follow_parent() -> None:
    """Let only the parent hear Ctrl-C, and end when it does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
