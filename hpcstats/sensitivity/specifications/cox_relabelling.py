"""A Cox model fitted again after its patients have changed labels, for many relabellings at once.

Each row stands there once for every label; the weight of a copy is 1 where its patient bears that label. So
that a matrix of labels is a matrix of weights, and all relabellings are refits of one batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.cox.existence import refit
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED, MONOTONE, Maximum
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.cox.symmetric import inverse
from hpcstats.regression.choices import Objective, Penalty, penalised
from hpcstats.sensitivity.specifications.cox_model import CoxModel
from hpcstats.sensitivity.specifications.cox_monotone import coefficient, distinct_rows

WALD, LIKELIHOOD_RATIO = 0, 1

_CELLS = 4_000_000
"""Weights held at once: 32 MB, and as much again for what is made of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxUnderLabels:
    """The copies of the rows of a Cox model, one for each label.

    Attributes
    ----------
    model : CoxModel
        The model.
    patient : ndarray of int, shape (n,)
        Patient of each row.
    values : ndarray, shape (L, q)
        What the columns of the factor are under each label.
    columns : ndarray of int, shape (q,)
        These columns.
    column : int
        The coefficient that is tested.
    start : ndarray, shape (p,)
        Where climbs begin, on the scaled columns.
    ties, penalty
        As fitted.
    """

    model: CoxModel
    patient: IntArray
    values: FloatArray
    columns: IntArray
    column: int
    start: FloatArray
    ties: str
    penalty: Penalty | None

    def __call__(self, codes: IntArray) -> tuple[FloatArray, FloatArray]:
        """Refit under each row of labels (B, patients): estimates (B,), Wald and other statistics (B, k)."""
        length = max(1, _CELLS // max(1, self.patient.size * self.values.shape[0]))
        parts = [self._refitted(codes[k : k + length]) for k in range(0, codes.shape[0], length)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _refitted(self, codes: IntArray) -> tuple[FloatArray, FloatArray]:
        likelihood = self._likelihood(codes)
        objective = penalised(likelihood, self.penalty, self.model.design.terms, self.model.scale)
        start = np.tile(self.start, (codes.shape[0], 1))
        if self.penalty is None:
            top = refit(likelihood, start)
        else:
            top = maximise(objective, start, give_up=self.penalty == "firth")
        known = top.status == CONVERGED
        estimate = np.where(known, top.position[:, self.column], np.nan)
        statistics = [self._wald(top, known)]
        if self.penalty is not None:
            statistics.append(self._root(objective, top, known))
        elif self.start.size == 1:
            rising = top.status == MONOTONE
            estimate[rising] = np.sign(top.derivatives.score[rising, 0]) * np.inf
        else:
            self._decide(codes, likelihood, np.flatnonzero(top.status == MONOTONE), estimate, statistics[0])
        return estimate / self.model.scale[self.column], np.stack(statistics, axis=1)

    def _decide(
        self,
        codes: IntArray,
        likelihood: PartialLikelihood,
        rows: IntArray,
        estimate: FloatArray,
        wald: FloatArray,
    ) -> None:
        """Fill in what the coefficient is where the likelihood is monotone, in some of the columns.

        Mostly one label has no events, so that the likelihood rises along the coefficient itself.
        """
        for sign in (1.0, -1.0):
            part = likelihood.take(rows)
            along = part.rises(np.tile(sign * np.eye(self.start.size)[self.column], (rows.size, 1)))
            estimate[rows[along]] = sign * np.inf
            rows = rows[~along]
        for alike in distinct_rows(codes, rows):
            one = codes[alike[:1]]
            estimate[alike], wald[alike] = coefficient(
                likelihood.take(alike[:1]),
                self._copies(),
                self.column,
                lambda levels, one=one: self._likelihood(one, levels),  # type: ignore[misc]
            )

    def _copies(self) -> FloatArray:
        """Return the scaled covariates of all copies: (L n, p)."""
        matrix = np.tile(self.model.design.matrix, (self.values.shape[0], 1))
        matrix[:, self.columns] = np.repeat(self.values, self.patient.size, axis=0)
        scaled: FloatArray = matrix / self.model.scale
        return scaled

    def _likelihood(self, codes: IntArray, levels: FloatArray | None = None) -> PartialLikelihood:
        used, copies = self.model.case.response, self.values.shape[0]
        labels = codes[:, self.patient]
        weights = np.concatenate([labels == level for level in range(copies)], axis=1).astype(np.float64)
        given = self.model.case.strata
        strata = None if given is None else np.tile(given.codes, copies)
        if levels is not None:
            layers = levels[:, None] if strata is None else np.column_stack([levels, strata])
            strata = np.unique(layers, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return prepare(
            np.tile(used.time, copies),
            np.tile(used.event, copies),
            self._copies(),
            weights,
            entry=None if used.entry is None else np.tile(used.entry, copies),
            strata=strata,
            ties=self.ties,
            frequency=True,
        )

    def _wald(self, top: Maximum, known: BoolArray) -> FloatArray:
        variance, _, sound = inverse(top.derivatives.information)
        found = known & sound
        error = np.sqrt(np.where(found, variance[:, self.column, self.column], 1.0))
        return np.where(found, top.position[:, self.column] / error, np.nan)

    def _root(self, objective: Objective, top: Maximum, known: BoolArray) -> FloatArray:
        """Return the signed root of the likelihood ratio of the coefficient."""
        root = np.full(known.size, np.nan)
        rows = np.flatnonzero(known)
        if not rows.size:
            return root
        start = np.where(np.arange(self.start.size) == self.column, 0.0, top.position[rows])
        held = np.tile(np.arange(self.start.size) == self.column, (rows.size, 1))
        part = objective.take(rows)
        here = part.evaluate(start) if held.all() else maximise(part, start, held=held).derivatives
        fallen = np.maximum(2 * (top.derivatives.value[rows] - here.value), 0.0)
        root[rows] = np.sign(top.position[rows, self.column]) * np.sqrt(fallen)
        return root
