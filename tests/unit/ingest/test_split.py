"""Splits: whatever the images, what looks alike stays together."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from fototeca.collections.schema import Split
from fototeca.ingest import resolve, split
from fototeca.ingest.spool import Spool

Row = tuple[str, str, str, str]
"""Name, original, group, label."""
ROWS = some.lists(
    some.tuples(some.integers(0, 30), some.integers(0, 6), some.integers(0, 12), some.sampled_from("abc")), max_size=80
)


def splits_of(rows: list[Row], seed: int = 7, known: dict[str, str] | None = None) -> dict[str, str]:
    """The split that each image gets; `known` are images of the dataset before."""
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "spool")
        for name, original, group, label in rows:
            old = (known or {}).get(name)
            spool.run(
                "INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, '', NULL, ?, ?)",
                *(name, name, original, group, label, old, old is None),
            )
        said = "label, year, year_low, year_high, source, place, split"
        spool.run(f"CREATE TABLE chosen (id, name, original, 'group', {said}, nth, clash)")
        resolve.merge(spool)
        split.follow_known(spool)
        split.assign(spool, Split(seed=seed))
        found = dict(spool.rows("SELECT name, split FROM rows"))
        spool.close()
    return found


@given(ROWS, some.integers(0, 3))
@hypothesis_settings(max_examples=60, deadline=None)
def test_an_original_is_never_parted_from_its_copies(drawn: list[tuple[int, int, int, str]], seed: int) -> None:
    rows = [(f"{original}-{copy}", str(original), str(group), label) for original, copy, group, label in drawn]
    found = splits_of(rows, seed)
    by_original: dict[str, set[str]] = {}
    for name, _split in found.items():
        by_original.setdefault(name.partition("-")[0], set()).add(_split)
    assert all(len(splits) == 1 for splits in by_original.values())
    assert set(found.values()) <= {"train", "val", "test"}


def observations(count: int, size: int = 10) -> list[Row]:
    return [
        (f"{group}-{n}", f"{group}-{n}", f"g{group}", "rare" if group % 5 == 0 and n < 5 else "common")
        for group in range(count)
        for n in range(size)
    ]


def test_a_group_stays_whole_and_every_label_gets_its_share() -> None:
    rows = observations(60)
    found = splits_of(rows)
    groups: dict[str, set[str]] = {}
    for name, _original, group, _label in rows:
        groups.setdefault(group, set()).add(found[name])
    assert all(len(splits) == 1 for splits in groups.values())
    for label, total in Counter(row[3] for row in rows).items():
        shares = Counter(found[row[0]] for row in rows if row[3] == label)
        assert abs(shares["train"] / total - 0.70) < 0.1
        assert abs(shares["val"] / total - 0.15) < 0.1


def test_the_order_of_images_does_not_matter_and_the_seed_does() -> None:
    rows = observations(40)
    assert splits_of(rows) == splits_of(rows[::-1])
    assert splits_of(rows, seed=8) != splits_of(rows)


def test_no_split_is_empty_where_there_are_groups_enough() -> None:
    assert set(splits_of(observations(3)).values()) == {"train", "val", "test"}


def test_an_image_that_comes_later_follows_its_group() -> None:
    rows = observations(20)
    before = splits_of(rows)
    later = [*rows, *((f"{group}-new", f"{group}-new", f"g{group}", "common") for group in range(20))]
    after = splits_of(later, known=before)
    assert all(after[name] == before[name] for name in before)
    assert all(after[f"{group}-new"] == before[f"{group}-0"] for group in range(20))
