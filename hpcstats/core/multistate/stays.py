"""Stays in states on a grid of times, and who is at risk of which move there.

A row is a stay in state `here` over (entry, exit], and is at risk of a move at t when entry < t <= exit; it
ends with a move to `there`, or without one (-1). States are 0, 1, ..., S - 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.core.risk_sets import BoolArray, FloatArray, IntArray, add_at, distinct_times


@dataclass(frozen=True, slots=True)
class Stays:
    """Rows placed on the grid of distinct exit times.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Distinct exit times, ascending.
    first, last : ndarray of int, shape (n,)
        First and last grid point at which each row is at risk.
    here, there : ndarray of int, shape (n,)
        State of the row, and the state entered at its end (-1: none).
    states : int
        Number of states.
    """

    times: FloatArray
    first: IntArray
    last: IntArray
    here: IntArray
    there: IntArray
    states: int

    def take(self, rows: BoolArray) -> Stays:
        """Keep some rows, on the same grid."""
        return Stays(
            self.times, self.first[rows], self.last[rows], self.here[rows], self.there[rows], self.states
        )


@dataclass(frozen=True, slots=True)
class Moves:
    """Weighted numbers at the grid points under B weight rows.

    Attributes
    ----------
    at_risk : ndarray, shape (B, T, S)
        In each state just before the grid point.
    moves : ndarray, shape (B, T, S, S)
        From state (third axis) to state (fourth axis).
    """

    at_risk: FloatArray
    moves: FloatArray

    @property
    def steps(self) -> FloatArray:
        """Return I + dA, the transition probabilities of each grid point, shape (B, T, S, S)."""
        hazard = np.divide(
            self.moves, self.at_risk[..., None], out=np.zeros_like(self.moves), where=self.moves > 0
        )
        diagonal = np.arange(hazard.shape[-1])
        stay = 1.0 - hazard.sum(axis=-1)
        # All who are at risk leave: nobody stays, whatever rounding left of 1 - n/n.
        hazard[..., diagonal, diagonal] = np.where(np.abs(stay) < 1e-12, 0.0, stay)
        return hazard


def place_stays(entry: FloatArray, exit_: FloatArray, here: IntArray, there: IntArray, states: int) -> Stays:
    """Place rows on the grid of distinct exit times, equal up to rounding error taken as equal."""
    merged, position = distinct_times(np.concatenate([entry, exit_]))
    entry, exit_ = merged[position[: entry.size]], merged[position[entry.size :]]
    times, last = np.unique(exit_, return_inverse=True)
    first = np.searchsorted(times, entry, side="right")
    return Stays(times, first.astype(np.int64), last.astype(np.int64), here, there, states)


def count_moves(stays: Stays, weights: FloatArray) -> Moves:
    """Count under each row of `weights` (B, n) who is at risk of, and makes, each move."""
    size, states = stays.times.size, stays.states
    rows = weights.shape[0]
    entering = add_at(weights, stays.first * states + stays.here, (size + 1) * states)
    leaving = add_at(weights, (stays.last + 1) * states + stays.here, (size + 1) * states)
    at_risk = np.cumsum((entering - leaving).reshape(rows, size + 1, states), axis=1)[:, :-1]
    moving = stays.there >= 0
    cell = (stays.last * states + stays.here) * states + stays.there
    moves = add_at(weights[:, moving], cell[moving], size * states * states)
    moves = moves.reshape(rows, size, states, states)
    largest = 1e-12 * weights.sum(axis=1)[:, None, None]
    at_risk = np.where(np.abs(at_risk) <= largest, 0.0, at_risk)
    leaving_here = moves.sum(axis=-1)
    almost_all = np.abs(at_risk - leaving_here) <= largest
    return Moves(at_risk=np.where(almost_all, leaving_here, at_risk), moves=moves)
