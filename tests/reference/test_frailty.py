"""Shared frailty models equal R's coxph and coxme.

With 50 litters both neglect the covariances between frailties: variances, degrees of freedom and the variance
of gaussian frailties then come from an information whose block of frailties is diagonal. That information is
formed here from the fitted points, so that every number of the records is compared; the package keeps the
covariances.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq, minimize_scalar

import hpcstats as hs
from hpcstats.core.cox.frailty import FrailtyModel, FrailtyPoint
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.regression.shared_frailty import frailty
from tests.reference.loader import Record, each_record, numbers


def females(record: Record) -> pd.DataFrame:
    data = record.data
    return data[data["sex"] == "f"].reset_index(drop=True)


def ties_of(record: Record) -> str:
    return "breslow" if "breslow" in record.tag else "efron"


def prepared(record: Record) -> tuple[PartialLikelihood, np.ndarray]:
    data = females(record)
    likelihood = prepare(
        data["time"].to_numpy(float),
        data["status"].to_numpy(bool),
        data[["rx"]].to_numpy(float),
        np.ones((1, len(data))),
        ties=ties_of(record),
    )
    return likelihood, np.unique(data["litter"], return_inverse=True)[1].astype(np.int64)


def without_covariances(matrix: np.ndarray) -> np.ndarray:
    kept = np.eye(matrix.shape[0], dtype=bool)
    kept[0], kept[:, 0] = True, True
    return np.where(kept, matrix, 0.0)


def assert_point_equal(record: Record, point: FrailtyPoint) -> None:
    theirs = record.result
    inverse = np.linalg.inv(without_covariances(point.penalised_information))
    moved = inverse @ without_covariances(point.information)
    record.agree(point.coefficients[0], theirs["coef"], "coefficient")
    record.agree(np.sqrt(inverse[0, 0]), theirs["se"], "standard error")
    null = prepared(record)[0].evaluate(np.zeros((1, 1))).value[0]
    record.agree([null, point.log_partial], theirs["loglik"], "log partial likelihoods")
    fixed = (moved @ inverse)[0, 0] / inverse[0, 0]
    record.agree([fixed, np.trace(moved[1:, 1:])], theirs["df"], "degrees of freedom")


def assert_gamma_equal(record: Record) -> None:
    data, theirs = females(record), record.result
    y = hs.Surv.right(data["time"], data["status"])
    fit = frailty(y, data, "rx", cluster="litter", ties=ties_of(record))
    record.agree(fit.theta, theirs["theta"], "theta")
    record.agree(fit.coef, numbers(theirs["coef"]), "coefficient")
    record.agree(fit.log_likelihood, theirs["loglik_I"], "integrated log-likelihood")
    record.agree(fit.log_likelihood_partial, theirs["loglik"][1], "log partial likelihood")
    # Within the tolerance the covariances between frailties do not show.
    record.agree(fit.std_error, numbers(theirs["se"]), "standard error")
    likelihood, cluster = prepared(record)
    assert_point_equal(record, FrailtyModel.of(likelihood, cluster, "gamma").at(fit.theta))


@each_record("cox_frailty")
def test_coxph(record: Record) -> None:
    if record.tag != "gauss_reml":
        assert_gamma_equal(record)
        return
    likelihood, cluster = prepared(record)
    model = FrailtyModel.of(likelihood, cluster, "gaussian")

    def equation(theta: float) -> float:
        """REML: theta is the mean of squared log frailties and their variances."""
        point = model.at(theta)
        inverse = np.linalg.inv(without_covariances(point.penalised_information))
        return theta - (point.effects @ point.effects + np.trace(inverse[1:, 1:])) / point.effects.size

    theta = brentq(equation, 0.1, 1.5)
    record.agree(theta, record.result["theta"], "theta")
    assert_point_equal(record, model.at(theta))


@each_record("coxme")
def test_coxme(record: Record) -> None:
    theirs = record.result
    likelihood, cluster = prepared(record)
    model = FrailtyModel.of(likelihood, cluster, "gaussian")

    def integrated(theta: float) -> float:
        """Laplace's approximation from the diagonal of the information of the frailties."""
        point = model.at(theta)
        diagonal = np.diagonal(point.information)[1:]
        return point.log_partial + point.penalty - 0.5 * float(np.log1p(theta * diagonal).sum())

    best = minimize_scalar(
        lambda theta: -integrated(theta), bounds=(0.1, 1.5), method="bounded", options={"xatol": 1e-8}
    )
    point = model.at(best.x)
    record.agree(best.x, theirs["var_random"], "variance")
    record.agree(-best.fun, theirs["loglik_integrated"], "integrated log-likelihood")
    record.agree(point.coefficients[0], theirs["coef"], "coefficient")
    record.agree(np.sqrt(point.covariance[0, 0]), theirs["se"], "standard error")
    record.agree(point.log_partial + point.penalty, theirs["loglik_penalized"], "penalised log-likelihood")
    null = likelihood.evaluate(np.zeros((1, 1))).value[0]
    record.agree(null, theirs["loglik_null"], "null log-likelihood")


def test_the_variance_that_keeps_covariances() -> None:
    """A gamma variance is R's; a gaussian one is not, because nothing is neglected here."""
    data = females(Record("rats", "cox_frailty", "rats", "efron", 1e-6))
    y = hs.Surv.right(data["time"], data["status"])
    for distribution, theta in (("gamma", 0.499043), ("gaussian", 0.440835)):
        fit = frailty(y, data, "rx", cluster="litter", distribution=distribution)
        assert fit.theta == pytest.approx(theta, abs=2e-6)
