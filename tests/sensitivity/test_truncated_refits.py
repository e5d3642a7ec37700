"""F of truncated times as a function of case weights."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.nonparametric.truncation.estimate import lynden_bell
from hpcstats.sensitivity.refitting.truncated_refits import TruncatedRefits

Y = hs.Surv.right_truncated([1, 2, 2, 3, 4, 5], [4, 3, 6, 5, 6, 7], id=list("abcdef"))
ROWS = np.arange(6)


def test_values_of_the_data_and_of_repeated_rows() -> None:
    f = lynden_bell(Y)
    refits = TruncatedRefits.of(f, [("at", [2, 3.5]), ("quantile", 0.5)], ROWS)
    weights = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 1, 1, 0, 2]], dtype=float)
    found = refits.evaluate(weights, whole=True)
    rows = [0, 0, 2, 3, 5, 5]
    again = lynden_bell(Y.take(rows[1:]), weights=[2, 1, 1, 1, 1])
    assert found.values[0] == pytest.approx([*f.at([2, 3.5])["estimate"], f.quantile()["estimate"][0]])
    assert again.time.tolist() == [1, 2, 3, 5]
    other = lynden_bell(hs.Surv.right_truncated(Y.time[rows], Y.truncation[rows]))
    assert found.values[1] == pytest.approx(
        [*other.at([2, 3.5])["estimate"], other.quantile()["estimate"][0]]
    )
    assert refits.columns == {"quantity": ("F", "F", "quantile"), "at": (2.0, 3.5, 0.5)}


def test_median_by_default() -> None:
    refits = TruncatedRefits.of(lynden_bell(Y), None, ROWS)
    assert refits.evaluate(np.ones((1, 6)), whole=True).values.tolist() == [[3]]


def test_resamples_without_an_estimate_are_missing() -> None:
    f = lynden_bell(hs.Surv.doubly_truncated([2, 3, 4], [1, 1, 2], [4, 5, 6]))
    weights = np.array([[0.0, 0, 0], [1, 0, 1]])
    found = TruncatedRefits.of(f, ("at", 3), np.arange(3)).evaluate(weights, whole=True)
    assert found.missing.tolist() == [[1], [0]]


@pytest.mark.parametrize(
    ("statistic", "error", "message"),
    [
        (("at", 6), DesignError, r"beyond t\* = 5"),
        (("rmst", 2), UnsupportedError, "statistic"),
        ("median", DataError, "function of weights|function"),
        (("quantile", 1.5), DataError, "between 0 and 1"),
    ],
)
def test_other_statistics_are_refused(statistic: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        TruncatedRefits.of(lynden_bell(Y), statistic, ROWS)
