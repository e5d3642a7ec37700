"""The moves of a multi-state response, checked and placed: what every estimate of it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.multistate.stays import Moves, Stays, count_moves, place_stays
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.groups import case_weights, needs_kind
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Patients and their stays on one grid.

    Attributes
    ----------
    response : Surv
        The rows.
    patients : tuple
        Identifiers in the order of their first rows.
    patient : ndarray of int, shape (n,)
        Number of each row's patient.
    weights : ndarray, shape (P,)
        Weight of each patient.
    stays : Stays
        The rows on the grid of distinct times.
    allowed : ndarray of bool, shape (S, S)
        Which moves occur.
    beginning : ndarray of int, shape (P,)
        State of each patient at the origin; -1 where observation began later.
    """

    response: Surv
    patients: tuple[Any, ...]
    patient: IntArray
    weights: FloatArray
    stays: Stays
    allowed: BoolArray
    beginning: IntArray

    @classmethod
    def of(cls, response: Surv, weights: Any) -> Model:
        """Read and check a response and the weights of its rows."""
        needs_kind(
            response,
            ("multistate",),
            "illness_death",
            "Write Surv.multistate(start, stop, from_state, to_state, states=[...], id=...).",
        )
        assert response.entry is not None
        assert response.origin is not None
        assert response.id is not None
        patients = tuple(dict.fromkeys(response.id.tolist()))
        number = {label: code for code, label in enumerate(patients)}
        patient = np.array([number[label] for label in response.id.tolist()], dtype=np.int64)
        here, there, states = response.origin - 1, response.status - 1, len(response.states)
        allowed = np.zeros((states, states), dtype=np.bool_)
        allowed[here[there >= 0], there[there >= 0]] = True
        _refuse_circles(allowed, response.states)
        entry = response.entry
        starts = entry <= entry.min() + SAME_TIME * max(1.0, abs(float(entry.min())))
        beginning = np.full(len(patients), -1, dtype=np.int64)
        beginning[patient[starts]] = here[starts]
        return cls(
            response=response,
            patients=patients,
            patient=patient,
            weights=_one_weight_each(weights, response, patient, len(patients)),
            stays=place_stays(entry, response.time, here, there, states),
            allowed=allowed,
            beginning=beginning,
        )

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return self.response.states

    @property
    def absorbing(self) -> BoolArray:
        """Tell which states (S,) nobody is observed in: who reaches them stays."""
        found: BoolArray = np.bincount(self.stays.here, minlength=len(self.states)) == 0
        return found

    def state(self, name: Any) -> int:
        """Return the number of a state."""
        if str(name) not in self.states:
            raise DataError(f"There is no state {name!r}. The states are {listing(self.states)}.")
        return self.states.index(str(name))

    def start(self, weights: FloatArray) -> FloatArray:
        """Return the proportions (B, S) in each state at the origin, of patients under weights (B, P)."""
        seen = self.beginning >= 0
        columns = [weights[:, seen & (self.beginning == s)].sum(axis=1) for s in range(len(self.states))]
        counts = np.stack(columns, axis=1)
        total = counts.sum(axis=1, keepdims=True)
        found: FloatArray = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
        return found

    def start_influence(self, start: FloatArray) -> FloatArray:
        """Return the influence (P, S) of one more patient on those proportions (1, S)."""
        seen = self.beginning >= 0
        own = np.zeros((len(self.patients), len(self.states)))
        own[np.flatnonzero(seen), self.beginning[seen]] = 1.0
        found: FloatArray = np.where(seen[:, None], own - start, 0.0) / self.weights[seen].sum()
        return found

    def moves(self, weights: FloatArray) -> Moves:
        """Count moves under patients' weights (B, P)."""
        return count_moves(self.stays, weights[:, self.patient])

    @property
    def happening(self) -> BoolArray:
        """Tell at which grid points (T,) somebody moves or leaves, if only for a time."""
        stays = self.stays
        order = np.lexsort((stays.last, self.patient))
        patient, first, last = self.patient[order], stays.first[order], stays.last[order]
        goes_on = np.append((patient[1:] == patient[:-1]) & (first[1:] == last[:-1] + 1), False)
        found = np.zeros(stays.times.size, dtype=np.bool_)
        found[last[~goes_on | (stays.there[order] >= 0)]] = True
        return found

    def in_state(self, state: int, time: float) -> BoolArray:
        """Tell which patients (P,) are under observation in a state just after a time."""
        assert self.response.entry is not None
        near = SAME_TIME * max(1.0, abs(time))
        rows = (self.response.entry <= time + near) & (self.response.time > time + near)
        found = np.zeros(len(self.patients), dtype=np.bool_)
        found[self.patient[rows & (self.stays.here == state)]] = True
        return found


def _one_weight_each(weights: Any, response: Surv, patient: IntArray, people: int) -> FloatArray:
    rows = case_weights(weights, response)
    found = np.zeros(people)
    found[patient] = rows
    wrong = np.flatnonzero(found[patient] != rows)
    if wrong.size:
        assert response.id is not None
        shown = listing(dict.fromkeys(repr(label) for label in response.id[wrong].tolist()))
        raise DataError(f"weights must be the same in all rows of a patient ({shown}).", rows=wrong)
    return found


def _refuse_circles(allowed: BoolArray, states: tuple[str, ...]) -> None:
    """Refuse a model in which a state can be entered again."""
    reach = allowed.copy()
    for middle in range(len(states)):
        reach |= np.outer(reach[:, middle], reach[middle])
    again = np.flatnonzero(np.diagonal(reach))
    if again.size:
        raise DesignError(
            f"A patient can come back to {listing(repr(states[k]) for k in again)}: illness_death is for "
            "courses that go one way. Count a return as a state of its own, or use hs.mean_cumulative."
        )
