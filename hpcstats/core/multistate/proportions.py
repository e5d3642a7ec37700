"""Transition probabilities without the Markov assumption, each from one curve and one proportion.

Among those who are in the state of departure at the landmark, A are the states from which the target can be
reached, itself included, and R the others. A transient target is occupied with probability P(not yet in R)
times the proportion in it among all in A who are under observation; an absorbing one is entered as one of two
competing events, the other being a move to R. Titman 2015 (doi:10.1111/biom.12349).
"""

from __future__ import annotations

import numpy as np

from hpcstats.core.multistate.stays import Moves
from hpcstats.core.risk_sets import BoolArray, FloatArray


def reachable(allowed: BoolArray) -> BoolArray:
    """Return which state (column) can be reached from which (row), each from itself, by allowed moves."""
    reach: BoolArray = allowed | np.eye(allowed.shape[0], dtype=np.bool_)
    for middle in range(allowed.shape[0]):
        reach |= np.outer(reach[:, middle], reach[middle])
    return reach


def by_proportions(moves: Moves, allowed: BoolArray, absorbing: BoolArray) -> FloatArray:
    """Return the probability of each state (B, T, S) after each grid point; NaN where nobody is left to see.

    `moves` are the numbers of those in the state of departure at the landmark, from it on.
    """
    leads_to = reachable(allowed)
    columns = [
        _absorbing(moves, leads_to[:, k], k) if absorbing[k] else _transient(moves, leads_to[:, k], k)
        for k in range(allowed.shape[0])
    ]
    return np.stack(columns, axis=-1)


def _transient(moves: Moves, before: BoolArray, target: int) -> FloatArray:
    leaving = moves.moves[:, :, before][..., ~before].sum(axis=(2, 3))
    still = _kept(leaving, moves.at_risk[:, :, before].sum(axis=-1))
    after = np.concatenate([moves.at_risk[:, 1:], np.zeros_like(moves.at_risk[:, :1])], axis=1)
    seen = after[:, :, before].sum(axis=-1)
    share = np.divide(after[:, :, target], seen, out=np.full_like(seen, np.nan), where=seen > 0)
    return np.where(still > 0, still * share, 0.0)


def _absorbing(moves: Moves, before: BoolArray, target: int) -> FloatArray:
    waiting = before.copy()
    waiting[target] = False
    at_risk = moves.at_risk[:, :, waiting].sum(axis=-1)
    entering = moves.moves[:, :, waiting, target].sum(axis=-1)
    lost = moves.moves[:, :, waiting][..., ~before].sum(axis=(2, 3))
    still = _kept(entering + lost, at_risk)
    just_before = np.concatenate([np.ones_like(still[:, :1]), still[:, :-1]], axis=1)
    hazard = np.divide(entering, at_risk, out=np.zeros_like(entering), where=entering > 0)
    found: FloatArray = np.cumsum(just_before * hazard, axis=1)
    return found


def _kept(leaving: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Return the product limit over (B, T)."""
    share = np.divide(leaving, at_risk, out=np.zeros_like(leaving), where=leaving > 0)
    return np.cumprod(1.0 - share, axis=1, dtype=np.float64)
