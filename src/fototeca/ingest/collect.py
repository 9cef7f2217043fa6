"""The first half of an ingest: from a source to a spool that knows its files, their labels and measurements."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from operator import attrgetter

from fototeca.collections import Collection
from fototeca.collections.splits import DOUBTFUL
from fototeca.context import Progress
from fototeca.errors import SourceError
from fototeca.ingest.files import DESCRIPTIONS, File, Refusal, Source, is_litter
from fototeca.ingest.identity import Identity
from fototeca.ingest.layouts import Layout
from fototeca.ingest.layouts.layout import is_description_place
from fototeca.ingest.measure import Measured
from fototeca.ingest.pack import Packer
from fototeca.ingest.parallel import Outcome
from fototeca.ingest.quarantine import Quarantine
from fototeca.ingest.spool import Spool, as_file
from fototeca.synthetic import FILE

TELL_EVERY = 2000
PUT_LABEL = """
INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (path) DO UPDATE SET
    split = coalesce(split, excluded.split),
    conflict = CASE WHEN label <> excluded.label OR split <> excluded.split
            OR year_low <> excluded.year_low OR year_high <> excluded.year_high
        THEN label || coalesce(' ' || split, '') || coalesce(' ' || year, '') || ' (' || stated_in || ') and '
             || excluded.label || coalesce(' ' || excluded.split, '') || coalesce(' ' || excluded.year, '')
             || ' (' || excluded.stated_in || ')'
        ELSE conflict END
"""
IMAGE_VALUES = attrgetter(*(field.name for field in fields(Measured)))
PUT_IMAGE = "INSERT INTO images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
USABLE = """
FROM files JOIN labels USING (path)
WHERE conflict IS NULL AND path NOT IN (SELECT path FROM refused)
"""


def list_files(source: Source, spool: Spool, quarantine: Quarantine, progress: Progress) -> None:
    """Note every file of the source; of two with the same name the second is refused."""
    for listed, file in enumerate(source.files(), 1):
        if listed % TELL_EVERY == 0:
            progress(listed, None, "listing files")
        if isinstance(file, Refusal):
            if not is_litter(file.path):
                quarantine.add(file)
        elif not is_litter(file.path):
            row = (file.path, file.path.rpartition("/")[0], file.size, f"[{','.join(map(str, file.place))}]")
            if not spool.run("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)", *row) and not source.table:
                quarantine.add(
                    Refusal(f"{file.path} (again)", "the source has another file of this name, which was taken")
                )


def list_labels(layout: Layout, collection: Collection, spool: Spool, quarantine: Quarantine) -> None:
    """Note every label, and refuse what has none, what has two, and what is not there."""
    identity = Identity(collection)
    for label in layout.labels():
        if isinstance(label, Refusal):
            quarantine.add(label)
            continue
        original = identity.original(label.name)
        group = label.group or identity.group(label.name)
        date = label.date
        dated = (date.year, date.low, date.high) if date else (None, None, None)
        split = DOUBTFUL if date and date.doubtful else label.split
        said = (label.label, *dated, label.source, label.place, split, label.stated_in)
        spool.run(PUT_LABEL, label.path, label.name, original, group, *said)
    for refusal in _mismatches(layout, spool):
        quarantine.add(refusal)


def _mismatches(layout: Layout, spool: Spool) -> Iterator[Refusal]:
    unrefused = "path NOT IN (SELECT path FROM refused)"
    for path, conflict in spool.rows("SELECT path, conflict FROM labels WHERE conflict IS NOT NULL"):
        yield Refusal(path, f"the source contradicts itself on it: {conflict}")
    absent = f"SELECT path, stated_in FROM labels WHERE path NOT IN (SELECT path FROM files) AND {unrefused}"  # noqa: S608
    for path, stated_in in spool.rows(absent):
        yield Refusal(path, f"{stated_in} names it, but the source has no such file")
    for (path,) in spool.rows(f"SELECT path FROM files WHERE path NOT IN (SELECT path FROM labels) AND {unrefused}"):  # noqa: S608
        described = path.lower().endswith(DESCRIPTIONS) or "." not in path.rpartition("/")[2]
        if path not in layout.described_by and not (described and is_description_place(layout.base, path)):
            yield Refusal(path, "the source says no label for it")


def usable_files(spool: Spool) -> tuple[int, Iterator[File]]:
    """How many files have one label and are not refused, and these files by name."""
    files = (as_file(*row) for row in spool.rows(f"SELECT path, size, files.place {USABLE} ORDER BY name, path"))
    return spool.one(f"SELECT count(*) {USABLE}"), files


def has_mark(spool: Spool) -> bool:
    """Whether a file in the source says that all its images are drawn."""
    return bool(spool.one("SELECT 1 FROM files WHERE path = ? OR path LIKE ?", FILE, f"%/{FILE}"))


class Intake:
    """Takes what was measured into spool, shards and quarantine.

    `check_kind` is asked, once, whether the archive takes images of this kind: synthetic or not.
    """

    def __init__(
        self, spool: Spool, packer: Packer, quarantine: Quarantine, check_kind: Callable[[bool], None]
    ) -> None:
        self.spool = spool
        self.packer = packer
        self.quarantine = quarantine
        self.check_kind = check_kind
        self.all_drawn = has_mark(spool)
        self.first: tuple[str, bool] | None = None

    def take(self, outcome: Outcome) -> None:
        """Take one file.

        Raises:
            SourceError: some images of the source are synthetic and others not.
        """
        file, found = outcome.file, outcome.found
        if isinstance(found, Refusal):
            self.quarantine.add(found, outcome.content)
            return
        found = replace(found, synthetic=self.all_drawn or found.synthetic)
        self._check_mixture(file, found.synthetic)
        self.spool.run("INSERT INTO found VALUES (?, ?)", file.path, found.id)
        if not self.spool.one("SELECT 1 FROM images WHERE id = ?", found.id):
            ending = "png" if found.format == "PNG" else "jpg"
            shard, offset = self.packer.add(f"{found.id}.{ending}", outcome.content)
            self.spool.run(PUT_IMAGE, *IMAGE_VALUES(found), shard, offset)

    def _check_mixture(self, file: File, drawn: bool) -> None:
        if self.first is None:
            self.check_kind(drawn)
            self.first = file.path, drawn
        other, other_drawn = self.first
        if drawn != other_drawn:
            one, two = (file.path, other) if drawn else (other, file.path)
            raise SourceError(f"The source mixes synthetic images ({one}) with real ones ({two}). Part them first.")
