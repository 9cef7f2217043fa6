"""An ingest from end to end."""

import logging
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fototeca.collections import Collection
from fototeca.collections.splits import DOUBTFUL
from fototeca.context import Context, Progress
from fototeca.errors import Conflict, SourceError
from fototeca.ingest import base as before
from fototeca.ingest import resolve, split
from fototeca.ingest.base import Base
from fototeca.ingest.collect import Intake, list_files, list_labels, usable_files
from fototeca.ingest.files import Source
from fototeca.ingest.layouts import recognise
from fototeca.ingest.leaks import find_leaks
from fototeca.ingest.measure import Limits
from fototeca.ingest.pack import Packer
from fototeca.ingest.parallel import Measuring, measure_all
from fototeca.ingest.publish import Tally, describe, publish, version_of
from fototeca.ingest.quarantine import Quarantine
from fototeca.ingest.scratch import scratch_folder
from fototeca.ingest.sources.opening import open_source
from fototeca.ingest.spool import Spool

ATTEMPTS = 5
LEAKS_LOGGED = 5
TELL_EVERY = 50
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IngestResult:
    """What an ingest did; counts are of images."""

    collection: str
    dataset: str
    created: bool
    """Whether the dataset became the newest by this ingest; if not, everything was there already."""
    images: int
    """In the dataset."""
    doubtful: int
    """Of them, those whose date is doubtful, which are kept apart."""
    added: int
    relabelled: int
    duplicates: int
    """Files of the source with the same bytes as another of its files."""
    refused: int
    synthetic: bool
    source: str


def ingest_source(
    context: Context, collection: Collection, where: str, replace: bool, progress: Progress
) -> IngestResult:
    """Bring a source into a collection's archive.

    Raises:
        SourceError: nothing of the source can be used, or it must not be mixed with what is there.
        Conflict: other ingests kept changing the collection meanwhile, or one runs on this machine.
        DiskFull: there is no room left for what an ingest writes on this machine.
    """
    source = open_source(context, where)
    with scratch_folder(context, collection) as folder, closing(Spool(folder / "spool.sqlite")) as spool:
        return _Ingest(context, collection, source, replace, spool, folder).run(progress)


@dataclass(frozen=True)
class _Ingest:
    context: Context
    collection: Collection
    source: Source
    replace: bool
    spool: Spool
    folder: Path

    def run(self, progress: Progress) -> IngestResult:
        name, store, spool = self.collection.name, self.context.store, self.spool
        base = before.newest(store, name)
        before.load(base, store, self.collection, spool, self.context.scratch)
        with Quarantine(store, name, self.source.name, spool) as quarantine:
            list_files(self.source, spool, quarantine, progress)
            list_labels(recognise(self.source, spool, self.collection), self.collection, spool, quarantine)
            with Packer(store, name, spool, self.folder) as packer:
                self._measure(Intake(spool, packer, quarantine, partial(self._check_kind, base)), progress)
            duplicates = self._choose(quarantine)
        self._check_usable()
        progress(0, None, "writing the manifest")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._publish(base, duplicates)
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
                base = before.newest(store, name)
                before.load(base, store, self.collection, spool, self.context.scratch)
        raise AssertionError("unreachable")

    def _measure(self, intake: Intake, progress: Progress) -> None:
        count, files = usable_files(self.spool)
        measuring = Measuring(self.source.reader, Limits(**self.collection.images.model_dump()))
        outcomes = measure_all(files, count, measuring, self.context.settings.workers)
        progress(0, count, "measuring images")
        with closing(outcomes):
            for done, outcome in enumerate(outcomes, 1):
                intake.take(outcome)
                if done % TELL_EVERY == 0 or done == count:
                    progress(done, count, "measuring images")

    def _choose(self, quarantine: Quarantine) -> int:
        """Settle files with the same bytes; how many are duplicates of another."""
        resolve.choose(self.spool)
        for clash in resolve.clashes(self.spool):
            quarantine.add(clash)
        for duplicate in resolve.duplicates(self.spool):
            quarantine.add(duplicate, counted=False)
        return resolve.count_duplicates(self.spool)

    def _check_usable(self) -> None:
        if self.spool.one("SELECT 1 FROM chosen WHERE NOT clash LIMIT 1"):
            return
        refused = list(self.spool.rows("SELECT path || ': ' || reason FROM refused ORDER BY path LIMIT 3"))
        examples = "; ".join(example for (example,) in refused)
        raise SourceError(f"Nothing in {self.source.name} can be used. {examples or 'It holds no image'}.")

    def _check_kind(self, base: Base, drawn: bool) -> None:
        """Keep synthetic images and real ones apart."""
        if base.synthetic is not None and base.synthetic != drawn and not self.replace:
            kinds = ("synthetic", "real") if drawn else ("real", "synthetic")
            raise SourceError(
                f"{self.source.name} holds {kinds[0]} images, and the newest dataset of {self.collection.name}, "
                f"{base.dataset}, {kinds[1]} ones. They are not mixed; --replace starts a dataset of this source alone."
            )

    def _publish(self, base: Base, duplicates: int) -> IngestResult:
        spool, store = self.spool, self.context.store
        self._check_kind(base, bool(spool.one("SELECT synthetic FROM images JOIN chosen USING (id) LIMIT 1")))
        if self.replace:
            spool.run("DELETE FROM rows")
        change = resolve.merge(spool)
        if self.collection.years:
            resolve.date_by_class(spool, self.collection.years)
        published = bool(spool.one("SELECT 1 FROM chosen WHERE split <> ? LIMIT 1", DOUBTFUL))
        split.follow_known(spool)
        split.assign(spool, self.collection.split)
        find_leaks(spool)
        tally = Tally(
            source=self.source.name,
            added=change.added,
            refused=spool.one("SELECT count(*) FROM refused"),
            duplicates=duplicates,
            published_split=published or (not self.replace and base.about.get("split_from") == "source"),
        )
        about = describe(spool, self.collection, version_of(spool), tally)
        self._warn_of(about["leaks"])
        created = about["dataset"] != base.dataset
        if created:
            publish(store, spool, about, tally, base, self.folder)
        return IngestResult(
            collection=self.collection.name,
            dataset=about["dataset"],
            created=created,
            images=about["images"],
            doubtful=sum(about["counts"].get(DOUBTFUL, {}).values()),
            added=change.added if created else 0,
            relabelled=change.relabelled,
            duplicates=duplicates,
            refused=tally.refused,
            synthetic=about["synthetic"],
            source=self.source.name,
        )

    def _warn_of(self, leaks: list[str]) -> None:
        if leaks:
            some = "; ".join(leaks[:LEAKS_LOGGED])
            log.warning("%s: %d leaks between splits, such as: %s", self.source.name, len(leaks), some)
