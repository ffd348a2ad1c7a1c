"""Intervals and curves against values worked out by hand, and against what they promise."""

import math

import numpy as np
import pytest

from paperqa.evaluation.statistics import (
    amount,
    estimate,
    formatted,
    paired,
    percentiles,
    risk_coverage,
)


def test_a_share_has_wilsons_interval_and_counts_what_is_unscored():
    found = estimate([1, None, 0, 1, 1])
    assert (found.mean, found.n, found.unscored) == (0.75, 4, 1)
    assert found.error == pytest.approx(0.25)  # the deviation of 1, 0, 1, 1 is ½; ½ / √4
    # centre (¾ + z²/8) / (1 + z²/4) = 0.6275, half width z √(3/64 + z²/64) / (1 + z²/4) = 0.3269
    assert (found.low, found.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_too_few_values_have_no_interval():
    assert (estimate([0.5]).mean, estimate([0.5]).low) == (0.5, None)
    assert math.isnan(estimate([None]).mean)
    assert (estimate([]).n, estimate([None]).unscored) == (0, 1)


def test_values_that_are_all_alike_leave_no_doubt():
    assert (estimate([0.4] * 5).low, estimate([0.4] * 5).high) == (0.4, 0.4)


def test_a_pair_of_runs_differs_by_wins_less_losses():
    found = paired([0, 0, 0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 0, 1, 1])
    assert (found.a, found.b, found.value, found.n) == (3 / 8, 7 / 8, 1 / 2, 8)
    # 5 of 6 that differ: twice the chance of 5 or 6 heads, 2 · (6 + 1) / 2⁶
    assert found.p == pytest.approx(14 / 64)
    assert found.low <= 0 < found.high
    assert not found.is_clear


def test_a_steady_gain_is_clear_though_the_values_scatter():
    before = [0.1, 0.9, 0.3, 0.7, 0.5, 0.2]
    found = paired(before, [v + g for v, g in zip(before, (0.1, 0.05) * 3, strict=True)])
    assert found.value == pytest.approx(0.075)
    assert 0.05 <= found.low < 0.075 < found.high <= 0.1
    assert (found.is_clear, found.p) == (True, None)


def test_runs_that_differ_alike_everywhere_show_no_spread():
    same, won = paired([1, 0, 1], [1, 0, 1]), paired([0, 0], [1, 1])
    assert (same.value, same.low, same.p, same.is_clear) == (0, None, 1, False)
    # Two wins of two: 2 · ¼
    assert (won.value, won.low, won.p, won.is_clear) == (1, None, 0.5, False)


@pytest.mark.parametrize(("a", "b"), [([], []), ([1, 0], [1])])
def test_what_makes_no_pairs_is_refused(a, b):
    with pytest.raises(ValueError, match="make no pairs"):
        paired(a, b)


def test_intervals_hold_the_truth_about_19_times_of_20():
    rng = np.random.default_rng(7)
    shares, gains = 0, 0
    for _ in range(300):
        found = estimate((rng.random(30) < 0.1).astype(float))
        shares += found.low <= 0.1 <= found.high
        before = rng.normal(size=40)
        found = paired(before, before + rng.normal(0.2, 0.5, size=40))
        gains += found.low <= 0.2 <= found.high
    assert 0.92 <= shares / 300 <= 0.99
    assert 0.90 <= gains / 300 <= 0.98


def test_the_area_under_a_risk_curve_is_the_mean_risk_of_the_thresholds():
    found = risk_coverage([0.3, 0.9, 0.5], [0, 0, 1])
    assert found.points == ((1 / 3, 0), (2 / 3, 1 / 2), (1, 1 / 3))
    assert found.area == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_answers_of_one_confidence_share_a_point():
    found = risk_coverage([0.8, 0.1, 0.9, 0.8], [1, 1, 0, 0])
    assert found.points == ((1 / 4, 0), (3 / 4, 1 / 3), (1, 1 / 2))
    assert found.area == pytest.approx((0 + 2 * 1 / 3 + 1 / 2) / 4)  # two answers at the second
    assert risk_coverage([0.5] * 4, [1, 0, 0, 0]).area == 1 / 4
    assert risk_coverage([], []).points == ()
    with pytest.raises(ValueError, match="length"):
        risk_coverage([0.5, 0.4], [1])


def test_percentiles_lie_between_values():
    found = percentiles(range(11, 0, -1))  # 1 + 10 q
    assert (found.p50, found.p90, found.p95) == pytest.approx((6, 10, 10.5))
    with pytest.raises(ValueError, match="no values"):
        percentiles([])


@pytest.mark.parametrize(
    ("values", "unit", "text"),
    [
        ([1, 0, 1, 1], "share", "75.0 ± 25.0"), ([1], "share", "100.0"), ([None], "share", "–"),
        ([1, 2, 9], "seconds", "2.00 s"), ([1000, 1469.2], "tokens", "1235"),
        ([0.01, 0.02], "dollars", "0.0150"),
    ],
)  # fmt: skip
def test_an_estimate_is_shown_in_its_unit(values, unit, text):
    assert formatted(estimate(values), unit) == text


def test_an_amount_may_have_its_sign():
    assert (amount(-0.0213, "share", "+"), amount(0.5, "seconds", "+")) == ("-2.1", "+0.50")
