"""Whether one network is better than another, beyond chance."""

from typing import Any

import numpy as np
import pytest

from fototeca.measuring import compare_classes, compare_years

IMAGES = 400
LABELS = np.random.default_rng(0).choice(4, IMAGES, p=[0.7, 0.1, 0.1, 0.1])
GROUPS = [f"g{number // 5}" for number in range(IMAGES)]


def answers(accuracy: float, seed: int) -> Any:
    random = np.random.default_rng(seed)
    return np.where(random.random(IMAGES) < accuracy, LABELS, random.integers(4, size=IMAGES))


def test_the_better_answers_are_better_in_accuracy_and_in_macro_f1() -> None:
    gains = compare_classes(LABELS, answers(0.9, 1), answers(0.6, 2), GROUPS)
    for gain in gains.values():
        assert 0 < gain.low < gain.mean < gain.high
        assert gain.better
        assert gain.probability_better > 0.99


def test_turned_round_the_same_difference_has_the_other_sign() -> None:
    there, back = (
        compare_classes(LABELS, one, other, GROUPS)["macro_f1"]
        for one, other in ((answers(0.9, 1), answers(0.6, 2)), (answers(0.6, 2), answers(0.9, 1)))
    )
    assert back.mean == pytest.approx(-there.mean)
    assert back.high == pytest.approx(-there.low)
    assert back.worse


def test_equal_answers_are_a_tie() -> None:
    for gain in compare_classes(LABELS, answers(0.9, 1), answers(0.9, 1), GROUPS).values():
        assert (gain.mean, gain.low, gain.high, gain.probability_better) == (0, 0, 0, 0.5)
        assert not gain.better


def test_equally_good_networks_seldom_beat_each_other() -> None:
    better = [
        compare_classes(LABELS, answers(0.7, 2 * seed), answers(0.7, 2 * seed + 1), GROUPS)["macro_f1"].better
        for seed in range(1, 101)
    ]
    assert np.mean(better) <= 0.1


def test_the_luckiest_of_many_equals_seldom_wins_either() -> None:
    wins: dict[int, list[bool]] = {1: [], 8: []}
    for seed in range(60):
        champion, *others = (answers(0.7, 1000 + 10 * seed + number) for number in range(9))
        luckiest = max(others, key=lambda each: float((each == LABELS).mean()))
        for chosen_from, won in wins.items():
            won.append(compare_classes(LABELS, luckiest, champion, GROUPS, chosen_from=chosen_from)["accuracy"].better)
    assert np.mean(wins[8]) <= 0.1
    assert np.mean(wins[8]) < np.mean(wins[1])


def test_fewer_than_five_groups_never_prove_anything() -> None:
    four = [f"g{number // 100}" for number in range(IMAGES)]
    gain = compare_classes(LABELS, LABELS, answers(0.5, 1), four)["accuracy"]
    assert gain.low > 0
    assert not gain.better
    assert not compare_classes(LABELS, LABELS, answers(0.5, 1), ["one"] * IMAGES)["accuracy"].better


def test_groups_that_are_alike_make_a_difference_less_sure() -> None:
    right = np.repeat(np.random.default_rng(3).random(IMAGES // 20) < 0.7, 20)
    first = np.where(right, LABELS, (LABELS + 1) % 4)
    by_image, by_group = (
        compare_classes(LABELS, first, answers(0.6, 2), [str(n // size) for n in range(IMAGES)])["accuracy"]
        for size in (1, 20)
    )
    assert by_group.high - by_group.low > 2 * (by_image.high - by_image.low)


def test_a_lower_error_in_years_is_better() -> None:
    random = np.random.default_rng(0)
    years = random.integers(1863, 1992, IMAGES)
    gain = compare_years(years, years + random.normal(0, 5, IMAGES), np.full(IMAGES, 1925.0), GROUPS)["mae"]
    assert gain.better
    assert gain.mean == pytest.approx(np.abs(1925 - years).mean() - 4, abs=0.5)
