"""Estimates without each unit, beside those with everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.resampling.resampling_weights import Units, one_left_out
from hpcstats.sensitivity.refitting.cox_refits import MONOTONE_LIKELIHOOD, CoxRefits
from hpcstats.sensitivity.refitting.refits import Evaluated, Refits
from hpcstats.sensitivity.refitting.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Estimates with everybody (k,), and without each of U units, (U, k).

    Attributes
    ----------
    whole : ndarray, shape (k,)
        With everybody; infinite or NaN where there is no finite estimate.
    left : Evaluated
        Without each unit.
    change : ndarray, shape (U, k)
        Their difference from the estimate with everybody by the same method.
    firth : ndarray of bool, shape (U,)
        Where Firth's estimate takes the place of one that does not exist.
    sizes, events : ndarray of int, shape (U,)
        Patients and events that are left.
    reasons : tuple of str
        By number of `left.missing`.
    """

    whole: FloatArray
    left: Evaluated
    change: FloatArray
    firth: BoolArray
    sizes: IntArray
    events: IntArray
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, sample: Sample, refits: Refits, units: Units, *, errors: bool) -> Influence:
        """Leave out each unit in turn."""
        pieces: Iterator[FloatArray] = one_left_out(units)
        parts = [_without(sample, refits, weights, errors=errors) for weights in pieces]
        left = Evaluated.joined([part[0] for part in parts])
        firth, sizes, events = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3))
        whole = refits.evaluate(units.original, whole=sample.whole)
        reference = np.broadcast_to(whole.values, left.values.shape)
        if firth.any():
            penalised = _penalised(refits).evaluate(units.original, whole=sample.whole)
            reference = np.where(firth[:, None], penalised.values, reference)
        with np.errstate(invalid="ignore"):
            change = np.where(left.values == reference, 0.0, left.values - reference)
        return cls(
            whole=np.where(whole.finite[0], whole.values[0], np.nan),
            left=left,
            change=change,
            firth=firth.astype(bool),
            sizes=sizes.astype(np.int64),
            events=events.astype(np.int64),
            reasons=refits.reasons,
        )

    @property
    def order(self) -> IntArray:
        """Rank (U, k) of the absolute changes: 1 the largest, equal ones share a rank, unknown ones last."""
        size = np.where(np.isnan(self.change), -1.0, np.abs(self.change))
        # Changes that differ in their last digits alone are one change.
        size = np.where(np.isfinite(size), np.round(size, 9), size)
        return np.asarray(1 + (size[None] > size[:, None]).sum(axis=1), dtype=np.int64)

    @property
    def statuses(self) -> tuple[tuple[str, ...], ...]:
        """Status of each unit and quantity: "ok", "firth" or "not_estimable"."""
        return tuple(
            tuple("not_estimable" if number else "firth" if penalised else "ok" for number in row)
            for row, penalised in zip(self.left.missing.tolist(), self.firth.tolist(), strict=True)
        )

    @property
    def told(self) -> tuple[tuple[str, ...], ...]:
        """Why there is no estimate of a unit and quantity, or none by maximum likelihood."""
        return tuple(
            tuple(self.reasons[number] or (MONOTONE_LIKELIHOOD if penalised else "") for number in row)
            for row, penalised in zip(self.left.missing.tolist(), self.firth.tolist(), strict=True)
        )


def _without(
    sample: Sample, refits: Refits, weights: FloatArray, *, errors: bool
) -> tuple[Evaluated, BoolArray, FloatArray, FloatArray]:
    """Return the estimates, where they are Firth's, and the patients and events that are left."""
    left = refits.evaluate(weights, whole=sample.whole, errors=errors)
    firth: BoolArray = np.zeros(weights.shape[0], dtype=np.bool_)
    if isinstance(refits, CoxRefits) and refits.penalty is None:
        firth |= (left.missing >= 2).any(axis=1)
    if firth.any():
        other = _penalised(refits).evaluate(weights[firth], whole=sample.whole, errors=errors)
        values, missing, spread = left.values.copy(), left.missing.copy(), left.errors
        values[firth], missing[firth] = other.values, other.missing
        if spread is not None and other.errors is not None:
            spread = spread.copy()
            spread[firth] = other.errors
        left = Evaluated(values, missing, spread)
        firth[np.flatnonzero(firth)] = (other.missing == 0).all(axis=1)
    counted = weights if sample.whole else (weights > 0).astype(np.float64)
    return left, firth, counted.sum(axis=1), counted[:, sample.response.event].sum(axis=1)


def _penalised(refits: Refits) -> CoxRefits:
    assert isinstance(refits, CoxRefits)
    return replace(refits, penalty="firth")
