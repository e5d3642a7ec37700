"""What changes places in a permutation test: the residuals of the model without the term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.existence import refit
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.objective import CONVERGED
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.core.permutation.score_permutation import Layer
from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.refitting.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """Strata of patients who may change places, and the score of the term (q,)."""

    layers: tuple[Layer, ...]
    observed: FloatArray

    @classmethod
    def of(cls, fit: CoxFit, tested: list[int], within: Any, data: Any) -> Exchange:
        """Fit the model without the columns `tested`.

        Raises
        ------
        UnsupportedError
            For sampling weights, several rows a patient, and exact ties beside other covariates.
        DesignError
            Where the model without the term has no finite estimate.
        """
        sample = Sample.of(fit)
        others = [column for column in range(len(fit.terms)) if column not in tested]
        _refuse(fit, sample, others)
        layer = sample.layer_of_rows(within, data)
        if within is not None and sample.strata is not None:
            _, joined = np.unique(np.column_stack([layer, sample.strata]), axis=0, return_inverse=True)
            layer = joined.reshape(-1).astype(np.int64)
        repeated = np.repeat(np.arange(layer.size), sample.weights.astype(np.int64))
        covariates, residuals = _score_parts(fit, sample, tested, others, repeated)
        return cls(_layers(covariates, residuals, layer[repeated]), residuals @ covariates)


def _refuse(fit: CoxFit, sample: Sample, others: list[int]) -> None:
    if not sample.whole:
        raise UnsupportedError("Patients with different sampling weights cannot change places.")
    if fit.ties == "exact" and others:
        raise UnsupportedError(
            "Beside other covariates the test needs martingale residuals, which ties='exact' lacks. "
            "Fit with ties='efron'."
        )
    ids = sample.response.id
    if sample.response.kind == "counting" and ids is not None and len(set(ids.tolist())) < ids.size:
        raise UnsupportedError(
            "A permutation test needs one row a patient: rows of one cannot change places."
        )


def _layers(covariates: FloatArray, residuals: FloatArray, layer: IntArray) -> tuple[Layer, ...]:
    found = []
    for number in np.unique(layer):
        inside = layer == number
        # A constant residual sum would move the score of every arrangement alike.
        centred = covariates[inside] - covariates[inside].mean(axis=0)
        found.append(Layer(centred, residuals[inside]))
    return tuple(found)


def _score_parts(
    fit: CoxFit, sample: Sample, tested: list[int], others: list[int], rows: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the columns tested less their projection on the others (n, q), and the residuals (n,)."""
    matrix = (fit.design.matrix / scale(fit.design.matrix))[fit.inputs.weights > 0][rows]
    position = np.zeros(len(fit.terms))
    if others:
        position[others] = _without_term(fit, sample, matrix[:, others], rows)
    likelihood = _likelihood(fit, sample, matrix, rows)
    residuals = sample.response.event[rows].astype(np.float64)
    information: FloatArray = np.zeros((position.size, position.size))
    for stratum, moments in likelihood.moments(position[None]):
        if moments.far:
            raise DesignError("The log hazards lie too far apart. Check the outlying covariate.")
        residuals[stratum.rows] -= moments.expected[:, 0]
        information += moments.information[0]
    columns = matrix[:, tested]
    if others:
        own = information[np.ix_(others, others)]
        columns = columns - matrix[:, others] @ np.linalg.solve(own, information[np.ix_(others, tested)])
    return columns - columns.mean(axis=0), residuals


def _without_term(fit: CoxFit, sample: Sample, matrix: FloatArray, rows: IntArray) -> FloatArray:
    likelihood = _likelihood(fit, sample, matrix, rows)
    start = np.zeros((1, matrix.shape[1]))
    penalised = fit.penalty is not None
    top = maximise(FirthPenalty(likelihood), start, give_up=True) if penalised else refit(likelihood, start)
    if top.status[0] != CONVERGED:
        raise DesignError(
            "The model without the term has no finite estimate (its likelihood is monotone). Leave the "
            "covariate in question out, or test in a penalised fit."
        )
    return np.asarray(top.position[0], dtype=np.float64)


def _likelihood(fit: CoxFit, sample: Sample, matrix: FloatArray, rows: IntArray) -> PartialLikelihood:
    """Prepare the likelihood of repeated rows; without covariates the exact rule has Breslow's residuals."""
    response, case = sample.response, fit.inputs
    return prepare(
        response.time[rows],
        response.event[rows],
        matrix,
        np.ones((1, rows.size)),
        entry=None if response.entry is None else response.entry[rows],
        strata=None if sample.strata is None else sample.strata[rows],
        offset=case.offset[case.weights > 0][rows] if case.offset.any() else None,
        ties="breslow" if fit.ties == "exact" else fit.ties,
        frequency=True,
    )
