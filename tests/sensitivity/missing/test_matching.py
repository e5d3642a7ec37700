"""Predictive mean matching against sorting by hand, with ties in random order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats.core.missing.matching import donors_of


@given(st.integers(0, 10_000), st.integers(1, 7))
def test_donors_are_among_the_nearest(seed, size):
    rng = np.random.default_rng(seed)
    known, wanted = rng.normal(size=6), rng.normal(size=4)
    for row, donor in zip(wanted, donors_of(known, wanted, size, rng), strict=True):
        nearest = sorted(range(6), key=lambda k: abs(known[k] - row))[: min(size, 6)]
        assert donor in nearest


def test_each_of_the_nearest_is_drawn_alike_often():
    known = np.array([0.0, 1.0, 2.0, 3.0, 10.0, 11.0])
    drawn = donors_of(known, np.full(8_000, 1.1), 4, np.random.default_rng(1))
    shares = np.bincount(drawn, minlength=6) / drawn.size
    assert shares[:4] == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / drawn.size))
    assert not shares[4:].any()


def test_tied_donors_are_drawn_whatever_their_place():
    """Twelve rows of one prediction: no row is left out because of where it stands."""
    drawn = donors_of(np.ones(12), np.ones(6_000), 5, np.random.default_rng(2))
    shares = np.bincount(drawn, minlength=12) / drawn.size
    assert shares == pytest.approx(1 / 12, abs=4 * np.sqrt(1 / 12 / drawn.size))


def test_rounding_of_the_processor_changes_nothing():
    rng = np.random.default_rng(3)
    known, wanted = rng.integers(0, 4, 30) / 3, rng.integers(0, 4, 50) / 3
    shaken = known * (1 + 1e-15 * rng.normal(size=30))
    one, other = (donors_of(given, wanted, 5, np.random.default_rng(4)) for given in (known, shaken))
    assert one.tolist() == other.tolist()
