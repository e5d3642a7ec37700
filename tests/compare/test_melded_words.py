"""Melded comparisons at their atoms, beside few patients left, and one-sided."""

from __future__ import annotations

import warnings

import pytest

import hpcstats as hs

THREE = hs.Surv.right([4, 8, 7], [0, 0, 1])
# Group b has two left at 6 and somebody censored before, group a nobody censored.
TWELVE = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 9, 10], [1] * 8 + [1, 0, 1, 0])
TWO = ["a"] * 8 + ["b"] * 4


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize("level", [0.4, 0.5, 0.58, 0.6, 0.95])
@pytest.mark.parametrize("contrast", ["difference", "ratio", "event-ratio"])
def test_a_limit_at_a_jump_agrees_with_the_p_value(alternative: str, level: float, contrast: str) -> None:
    test = hs.compare_at(
        THREE, list("aab"), 2, mid_p=True, alternative=alternative, level=level, contrast=contrast
    )
    null = 0 if contrast == "difference" else 1
    left_out = test.low[0] > null or test.high[0] < null
    assert left_out == (test.p_value[0] < 1 - level)
    assert str(test.high[0]) != "-0.0"


def test_few_left_after_censoring_are_told_at_a_time() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="At 6 years only 2 are at risk in group 'b'"):
        test = hs.compare_at(TWELVE, TWO, [2, 6])
    assert "matched by moments" in test.warnings[0]
    assert "matched by moments" in test.method
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Without censoring before it the distributions are exact, however few are left.
        assert hs.compare_at(TWELVE, TWO, 3).warnings == ()
        hs.compare_at(hs.Surv.right(range(1, 13), [1] * 12), TWO, 11.5)


def test_few_left_after_censoring_are_told_of_medians() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="At 9 years few are at risk in group 'b'"):
        test = hs.compare_medians(TWELVE, TWO)
    assert len(test.warnings) == 1
    assert "matched by moments" in test.method
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hs.compare_medians(hs.Surv.right(range(1, 13), [1] * 12), TWO).warnings == ()


def test_one_sided_intervals_are_headed_as_such() -> None:
    y = hs.Surv.right(range(1, 13), [1] * 12)
    at = {side: hs.compare_at(y, TWO, 5, alternative=side) for side in ("two-sided", "greater", "less")}
    medians = {side: hs.compare_medians(y, TWO, alternative=side) for side in at}
    for found in (at, medians):
        assert "(95% CI " in found["two-sided"].title()
        for side, end in (("greater", "lower"), ("less", "upper")):
            assert f"(one-sided 95% {end} limit " in found[side].title()
            assert f"one-sided ({side}) p = " in found[side].title()
            assert "CI" not in found[side].title()
    assert f"limit {at['greater'].low[0]:.4g})" in at["greater"].title()
    assert f"limit {medians['less'].high:.4g})" in medians["less"].title()
    assert hs.compare_at(y, TWO, [2, 5], alternative="less").title().endswith("at 2 times, one-sided (less)")


def test_a_single_group_is_told_so() -> None:
    with pytest.raises(hs.DesignError, match="only one label"):
        hs.compare_at(THREE, list("aaa"), 2)
