"""Data sets behind a summary: as many as by brute force, all of them agreeing; published examples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.literature.reconstruct import (
    Contains,
    Count,
    Maximum,
    Mean,
    Median,
    Minimum,
    Quantile,
    Range,
    Share,
    StandardDeviation,
    Stated,
    Within,
    from_summary,
)
from tests.literature.reconstruct.brute_force import all_sets, holds

HIGHEST = 6
number = st.integers(0, 2 * HIGHEST).map(lambda k: k / 2)
half = st.sampled_from([0, 0.25, 0.5, 1])
statement = st.one_of(
    st.builds(Mean, number, half),
    st.builds(StandardDeviation, number, st.just(0.5), st.sampled_from(["n-1", "n"])),
    st.builds(Median, number, half),
    st.builds(Minimum, st.integers(0, 3), half),
    st.builds(Maximum, st.integers(3, HIGHEST), half),
    st.builds(
        Quantile,
        st.sampled_from(["0.25", "0.5", "0.75", "0.1"]),
        number,
        half,
        definition=st.sampled_from(["linear", "weibull", "hazen", "averaged_inverted_cdf"]),
    ),
    st.builds(Count, st.integers(0, 6), at_most=number),
    st.builds(Count, st.integers(0, 6), below=number),
    st.builds(Count, st.integers(0, 6), above=number),
    st.builds(Count, st.integers(0, 6), at_least=st.integers(0, 3), below=st.integers(3, HIGHEST)),
    st.builds(Share, st.sampled_from(["0.5", "0.33", "0.67", "0.2"]), at_least=number),
    st.builds(Contains, number, half),
)


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(2, 5),
    grid=st.sampled_from([1, 0.5, "1/2", 2]),
    statements=st.lists(statement, min_size=1, max_size=4),
)
def test_the_data_sets_are_those_of_brute_force(n, grid, statements):
    step = float(Fraction(grid))
    if step == 0.5:
        n = min(n, 4)
    found = from_summary(n, constraints=statements, grid=grid, scale=(0, HIGHEST), method="enumerate")
    expected = all_sets(n, np.arange(0, HIGHEST + 1e-9, step), statements)
    assert found.count == len(expected)
    assert found.possible == (len(expected) > 0)
    if found.possible:
        assert np.array_equal(found.data_sets(), expected)
        frame = found.to_frame()
        assert np.array_equal(frame["minimum"], expected.min(axis=0))
        assert np.array_equal(frame["maximum"], expected.max(axis=0))
        medians = found.median().distribution()
        values, counts = np.unique(np.median(expected, axis=1), return_counts=True)
        assert np.array_equal(medians["value"], values)
        assert np.array_equal(medians["data_sets"], counts)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 5), statements=st.lists(statement, min_size=2, max_size=5))
def test_a_contradiction_is_one_and_is_minimal(n, statements):
    found = from_summary(n, constraints=statements, scale=(0, HIGHEST))
    if found.possible:
        assert found.contradiction == ()
        return
    named, values = list(found.contradiction), np.arange(HIGHEST + 1.0)
    assert not len(all_sets(n, values, named))
    for left_out in named:
        assert len(all_sets(n, values, [one for one in named if one is not left_out]))


@pytest.mark.parametrize(("mean", "n"), [("5.19", 28), ("3.48", 20), ("3.45", 10), ("5.93", 49)])
def test_published_means_that_fail_the_grim_test(mean, n):
    """Brown & Heathers 2017; the die of the GRIM test; Allard 2018; The Economist, 18 June 2016."""
    found = from_summary(n, mean=mean)
    assert not found.possible
    assert found.contradiction == (Mean(mean),)
    assert f"No data set of {n} values in whole years" in found.reason


def test_means_next_to_them_pass():
    assert from_summary(28, mean="5.18", scale=(1, 7)).possible
    assert from_summary(20, mean="3.45", scale=(1, 6)).possible


@pytest.mark.parametrize(
    ("mean", "sd", "n", "possible"),
    [("7.3", "2.51", 12, False), ("5.23", "2.55", 35, False), ("5.23", "2.55", 31, True)],
)
def test_published_standard_deviations_of_the_grimmer_test(mean, sd, n, possible):
    """Examples of the R package scrutiny for GRIMMER (Anaya 2016, Allard 2018)."""
    found = from_summary(n, mean=mean, sd=sd, scale=(None, None))
    assert found.possible is possible
    if not possible:
        assert StandardDeviation(sd) in found.contradiction


def test_the_sprite_example_has_solutions():
    """The R package rsprite2: mean 2.2, SD 1.3, n = 20 on a scale from 1 to 5."""
    found = from_summary(20, mean="2.2", sd="1.3", scale=(1, 5))
    rows = found.data_sets()
    assert found.count == len(rows) == len(np.unique(rows, axis=0)) > 0
    assert np.round(rows.mean(axis=1), 1) == pytest.approx(2.2)
    assert np.all(np.abs(rows.std(axis=1, ddof=1) - 1.3) <= 0.05 + 1e-12)
    assert rows.min() == 1
    assert rows.max() == 5


def test_the_nine_patients_by_brute_force():
    statements = [Mean(5), Minimum(0), Maximum(16)]
    found = from_summary(9, mean=5, minimum=0, maximum=16)
    middle = all_seven_between(16, 41, 49)
    assert found.count == middle == 12_552
    assert all(holds(row, statements) for row in found.data_sets()[::97])
    known = from_summary(9, mean=5, minimum=0, maximum=16, known=[5, 8])
    rows = found.data_sets()
    assert known.count == ((rows == 5).any(axis=1) & (rows == 8).any(axis=1)).sum() == 961


def all_seven_between(highest: int, low: int, high: int) -> int:
    """Multisets of seven from 0 to `highest` beside a 0 and a `highest`, by partitions counted one by one."""
    ways = [[0] * (high + 1) for _ in range(8)]
    ways[0][0] = 1
    for value in range(highest + 1):
        for taken in range(1, 8):
            for total in range(value, high + 1):
                ways[taken][total] += ways[taken - 1][total - value]
    return sum(ways[7][low - highest : high - highest + 1])


def test_statements_compose():
    together = Mean(5) & Range(0, 16) & Contains(8)
    assert len(together.parts()) == 4
    composed = from_summary(9, constraints=together)
    assert composed.count == from_summary(9, mean=5, minimum=0, maximum=16, known=["8"]).count
    assert str(composed.statements[0]) == "mean 5 (4.5 to 5.5)"
    with pytest.raises(TypeError):
        Mean(5) & 8


def test_counts_can_be_said_in_several_ways():
    counts = [{5: 5}, [Count(5, at_most=5)], Count(5, at_most=5), [Count(4, above=5)], [Count(5, below=6)]]
    found = {from_summary(9, mean=5, minimum=0, maximum=16, counts=one).count for one in counts}
    assert len(found) == 1
    assert from_summary(9, maximum=16, constraints=Share("0.56", at_most=5)).count == (
        from_summary(9, maximum=16, counts={5: 5}).count
    )


def test_a_threshold_that_was_compared_before_rounding():
    exact = from_summary(3, maximum=3, counts=[Count(1, at_most=1)], grid=0.5)
    loose = from_summary(3, maximum=3, counts=[Count(1, at_most=1, rounding=0.5)], grid=0.5)
    assert loose.count > exact.count
    assert (loose.data_sets()[:, 0] <= 1.5).all()
    assert (loose.data_sets()[:, 1] > 0.5).all()


def test_rounding_is_read_from_the_digits_or_told():
    half_widths = [Stated(5), Stated("5.0"), Stated(2.2), Stated("2.20"), Stated(5.0), Stated(5, decimals=2)]
    assert [float(one.half_width) for one in half_widths] == [0.5, 0.05, 0.05, 0.005, 0.5, 0.005]
    assert Stated(5, rounding=0).low == 5
    assert Stated(1e-3).half_width == Fraction(1, 2000)
    for wrong in (None, "five", float("nan"), float("inf"), True, [5], "5/0"):
        with pytest.raises(DataError):
            Stated(wrong)
    with pytest.raises(DataError, match="not both"):
        Stated(5, rounding=1, decimals=0)
    with pytest.raises(DataError, match="0 or more"):
        Stated(5, rounding=-1)
    with pytest.raises(DataError, match="shows no decimals"):
        Mean(Fraction(1, 3)).stated.half_width  # noqa: B018 (asking is the test)


def test_a_twelfth_is_a_month_however_it_is_written():
    counts = {
        from_summary(3, mean=1, maximum=2, grid=grid).count for grid in (1 / 12, "1/12", Fraction(1, 12))
    }
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "whole number from 1 on"),
        ({"n": 2.0}, "whole number from 1 on"),
        ({"n": 3, "grid": 0, "mean": 1}, "above 0"),
        ({"n": 3, "constraints": [5]}, "is no statement"),
        ({"n": 3, "mean": 1, "n_samples": 0}, "n_samples"),
        ({"n": 3, "mean": 1, "seed": -1}, "seed"),
    ],
)
def test_wrong_input_is_refused(wrong, message):
    with pytest.raises(DataError, match=message):
        from_summary(**wrong)


def test_wrong_statements_are_refused():
    with pytest.raises(DataError, match="minimum is above the maximum"):
        Range(5, 3)
    with pytest.raises(DataError, match="at_most or below"):
        Count(5)
    with pytest.raises(DataError, match="no whole number"):
        Count(2.5, at_most=5)
    with pytest.raises(DataError, match="Write '0.56'"):
        Share(56, at_most=5)
    with pytest.raises(DataError, match="between 0 and 1"):
        Quantile(25, 3)
    with pytest.raises(DataError, match="wrong order"):
        Within(5, 1)
    with pytest.raises(DataError, match="negative"):
        StandardDeviation(-2)
    with pytest.raises(DataError, match="takes them as exact"):
        Count(2, at_least=1, at_most=3, rounding=1)


def test_without_a_limit_there_is_no_end():
    with pytest.raises(DesignError, match="State a maximum"):
        from_summary(9, median=5)
    with pytest.raises(DesignError, match="State a maximum"):
        from_summary(9)
    with pytest.raises(UnsupportedError, match="too many to be listed"):
        from_summary(9, mean=5, minimum=0, maximum=16, grid="1/12", method="enumerate")
    with pytest.raises(UnsupportedError, match="coarser grid"):
        from_summary(400, mean=500, grid="1/100")


def test_impossible_summaries_answer_with_the_reason():
    found = from_summary(9, mean=5, median=6, maximum=3)
    assert set(found.contradiction) == {Mean(5), Maximum(3)}
    assert "Without any one of these there is one" in found.reason
    assert found.status == "not_estimable"
    assert found.to_frame().empty
    assert found.size == found.count == 0
    with pytest.raises(DataError, match="There is no data set"):
        found.survival_band()
    lonely = from_summary(1, maximum=3, sd=1)
    assert lonely.contradiction == (StandardDeviation(1),)
    assert not from_summary(2, maximum=3, scale=(4, 9)).possible


def test_one_and_no_data_set_are_spoken_of_as_such():
    one = str(from_summary(1, constraints=Mean(5)))
    assert one.startswith("1 data set of 1 value agrees with the summary")
    assert "The only data set (multiset) of 1 value" in one
    none = str(from_summary(3, constraints=[Mean(5), Maximum(3)]))
    assert none.startswith("0 data sets of 3 values agree")
    assert "Empty DataFrame" not in none
