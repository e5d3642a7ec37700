"""Weight matrices: what is drawn, what stays the same, and closed forms of their moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats.core.resampling.resampling_weights import Units, block_of_weights, one_left_out

SEED = [1, 2, 3, 4]


def rows(n: int, layer: list[int] | None = None) -> Units:
    layers = np.zeros(n, dtype=np.int64) if layer is None else np.array(layer)
    return Units(np.arange(n), layers, np.ones(n), np.ones(n))


def drawn(units: Units, kind: str, size: int, block: int = 0, at_once: int | None = None) -> np.ndarray:
    return np.concatenate(list(block_of_weights(units, kind, SEED, block, size, at_once)))


PAPERS = Units(
    code=np.array([0, 0, 1, 2, 2, 2]),
    layer=np.zeros(3, int),
    repeats=np.ones(3),
    base=np.array([1.0, 2, 1, 1, 1, 3]),
)
REPEATED = Units(np.arange(3), np.zeros(3, int), np.array([2.0, 5.0, 1.0]), np.ones(3))


@pytest.mark.parametrize("kind", ["multinomial", "bayesian"])
@given(n=st.integers(1, 9), size=st.integers(1, 12), at_once=st.integers(1, 12), layers=st.integers(1, 3))
def test_pieces_change_nothing(kind, n, size, at_once, layers):
    units = rows(n, [k % min(layers, n) for k in range(n)])
    np.testing.assert_array_equal(drawn(units, kind, size, at_once=at_once), drawn(units, kind, size))


@pytest.mark.parametrize("units", [PAPERS, REPEATED], ids=["clusters", "frequencies"])
@pytest.mark.parametrize("kind", ["multinomial", "bayesian"])
def test_pieces_change_nothing_for_clusters_and_frequencies(units, kind):
    np.testing.assert_array_equal(drawn(units, kind, 20, at_once=3), drawn(units, kind, 20))


def test_blocks_differ():
    assert (drawn(rows(9), "multinomial", 5, block=0) != drawn(rows(9), "multinomial", 5, block=1)).any()


@pytest.mark.parametrize("kind", ["multinomial", "bayesian"])
def test_strata_keep_their_sizes(kind):
    layer = np.array([0, 1, 0, 1, 1, 2])
    weights = drawn(rows(6, layer.tolist()), kind, 50)
    for number, size in enumerate([2, 3, 1]):
        assert weights[:, layer == number].sum(axis=1) == pytest.approx(np.full(50, size))
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()


def test_rows_of_a_cluster_come_together_with_their_weights():
    weights = drawn(PAPERS, "multinomial", 100)
    np.testing.assert_array_equal(weights[:, 1], 2 * weights[:, 0])
    np.testing.assert_array_equal(weights[:, 5], 3 * weights[:, 3])
    np.testing.assert_array_equal(weights[:, [0, 2, 3]].sum(axis=1), 3)


def test_frequencies_draw_patients():
    weights = drawn(REPEATED, "multinomial", 20_000)
    np.testing.assert_array_equal(weights.sum(axis=1), 8)
    assert weights.mean(axis=0) == pytest.approx([2, 5, 1], abs=0.05)
    # Multinomial variance N p (1 - p).
    assert weights.var(axis=0) == pytest.approx([8 * p * (1 - p) for p in (2 / 8, 5 / 8, 1 / 8)], rel=0.05)


def test_moments_of_cases_drawn_with_replacement():
    weights = drawn(rows(5), "multinomial", 40_000)
    assert weights.mean(axis=0) == pytest.approx(np.ones(5), abs=0.02)
    assert np.cov(weights.T) == pytest.approx(np.eye(5) - 1 / 5, abs=0.03)


def test_moments_of_dirichlet_weights():
    # n times Dirichlet(1, ..., 1): variance (n - 1) / (n + 1), covariance -1 / (n + 1).
    weights = drawn(rows(5), "bayesian", 40_000)
    assert np.cov(weights.T) == pytest.approx(np.eye(5) * 5 / 6 - 1 / 6, abs=0.03)


def test_the_jackknife_leaves_one_of_each_out():
    np.testing.assert_array_equal(np.concatenate(list(one_left_out(rows(3), 2))), 1 - np.eye(3))
    left = np.concatenate(list(one_left_out(PAPERS)))
    np.testing.assert_array_equal(left[0], [0, 0, 1, 1, 1, 3])
    np.testing.assert_array_equal(
        np.concatenate(list(one_left_out(REPEATED))), [[1, 5, 1], [2, 4, 1], [2, 5, 0]]
    )


def test_very_many_units_are_left_out_in_groups():
    units = rows(7, [0, 0, 0, 0, 0, 1, 1]).grouped(2)
    assert units.in_layer.tolist() == [2, 2, 2, 2]
    np.testing.assert_array_equal(units.original, np.ones((1, 7)))
    np.testing.assert_array_equal(np.concatenate(list(one_left_out(units)))[0], [0, 1, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(REPEATED.grouped(1).original, [[2, 5, 1]])
