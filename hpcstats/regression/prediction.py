"""The baseline hazard of a Cox model, and the survival it predicts for new patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, as_frame, as_labels, as_numbers
from hpcstats.covariates import column_of
from hpcstats.errors import DataError, DesignError, check_option, listing
from hpcstats.regression.curves import CurveMaker, PredictedCurve, PredictedCurves, times_within
from hpcstats.regression.new_data import encode

if TYPE_CHECKING:
    from hpcstats.regression.fit import CoxFit

CENTRES = ("means", "zero")


def baseline_hazard(
    fit: CoxFit, at: str = "means", *, interval: str = "log-log", level: float | None = None
) -> PredictedCurves:
    """Cumulative baseline hazard and survival: those of a patient at the covariate means, or at zero.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients.
    at : {"means", "zero"}
        "means": at the (weighted) means; columns that hold only -1, 0 and 1 stay at 0, as R's ``basehaz``
        does.
        "zero": with every column of the design at 0.
    interval : {"log-log", "log", "plain", "logit", "arcsin"}
        Scale of the pointwise limits of the survival.
    level : float, optional
        Confidence level; by default that of the fit.

    Returns
    -------
    PredictedCurves
        A curve for each stratum; ``patient`` in its frame is "means" or "zero".

    Raises
    ------
    DesignError
        For a coefficient without a finite estimate.

    Notes
    -----
    Efron's hazard under Efron's ties, else Breslow's: each event adds one over the risk left (R's default).
    The standard error counts the uncertainty of the coefficients (Tsiatis 1981, doi:10.1214/aos/1176345333).
    The offset is 0.

    Examples
    --------
    Therneau and Grambsch's first test data: the first hazard is 1 / (3 r + 3), r = exp(beta) = (3 + sqrt 33)
    / 2.

    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    >>> fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]}, ties="breslow")
    >>> fit.baseline_hazard("zero").to_frame().round(4)[
    ...     ["time", "at_risk", "cumulative_hazard"]
    ... ]
       time  at_risk  cumulative_hazard
    0   1.0        6             0.0620
    1   6.0        4             0.3333
    2   8.0        2             0.3333
    3   9.0        1             1.3333
    """
    check_option("at", at, CENTRES)
    make = CurveMaker.of(fit, interval, level)
    covariates = np.zeros((1, len(fit.terms)))
    if at == "means":
        columns = fit.design.matrix[make.at.rows]
        covariates[0] = np.where(np.isin(columns, (-1.0, 0.0, 1.0)).all(axis=0), 0.0, make.at.centre)
    curves = [
        curve
        for number in range(len(make.groups))
        for curve in make.curves(number, covariates, [at], np.zeros(1))
    ]
    where = "the covariate means" if at == "means" else "covariates 0"
    return _result(fit, make, tuple(curves), None, f"at {where}")


def predict_survival(
    fit: CoxFit,
    new_data: Any,
    times: Any = None,
    *,
    strata: Any = None,
    offset: Any = None,
    interval: str = "log-log",
    level: float | None = None,
) -> PredictedCurves:
    """Survival of new patients with given covariates, with pointwise intervals.

    Parameters
    ----------
    fit : CoxFit
        A fit with finite coefficients.
    new_data : frame
        The columns the formula names, a row for each new patient.
    times : numbers, optional
        Times from 0 to the end of follow-up; by default all distinct exit times.
    strata : column, optional
        The stratum of each new patient; by default each patient gets a curve in every stratum.
    offset : column of numbers, optional
        Fixed part of the log hazard ratio; by default 0.
    interval, level
        As in `baseline_hazard`.

    Returns
    -------
    PredictedCurves
        A curve for each patient (``patient`` is the row of `new_data`) and stratum (``group``).

    Raises
    ------
    DataError
        For missing columns or values, and for levels and strata the fit has not seen.
    DesignError
        For times beyond the end of follow-up, and for a coefficient without a finite estimate.

    Notes
    -----
    S(t | x) is exp(-H(t) exp(x'beta)). ``hazard_error`` is the standard error of the cumulative hazard (R's
    ``std.err``), ``std_error`` that of the survival. The interval tells of the curve of all such patients,
    not of one patient's time. R's default scale is "log".

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1])
    >>> fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]}, ties="breslow")
    >>> frame = fit.predict_survival({"x": [0, 1]}, times=6).to_frame()
    >>> frame.round(4)[["patient", "estimate", "hazard_error"]]
       patient  estimate  hazard_error
    0        0    0.7165        0.3333
    1        1    0.2328        1.1069
    """
    covariates = encode(fit.design, new_data)
    make = CurveMaker.of(fit, interval, level)
    shifts = _offsets(new_data, offset, covariates.shape[0])
    wanted = _strata(fit, new_data, strata, covariates.shape[0])
    curves = []
    for number in range(len(make.groups)):
        chosen = np.flatnonzero(np.equal(wanted, number) | np.equal(wanted, -1))
        if chosen.size:
            curves += make.curves(number, covariates[chosen], chosen.tolist(), shifts[chosen])
    curves.sort(key=lambda curve: curve.label)
    asked = None if times is None else times_within(times, tuple(curves), fit.response.unit)
    return _result(fit, make, tuple(curves), asked, "for given covariates")


def _offsets(new_data: Any, given: Any, size: int) -> FloatArray:
    if given is None:
        return np.zeros(size)
    values = as_numbers(column_of(new_data, given), "offset")
    if values.size != size or not np.isfinite(values).all():
        raise DataError(f"offset must hold one finite number for each of the {size} new patients.")
    return values


def _strata(fit: CoxFit, new_data: Any, given: Any, size: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the number of each new patient's stratum, -1 for all."""
    everywhere = np.full(size, -1, dtype=np.int64)
    if given is None:
        return everywhere
    if fit.inputs.strata is None:
        raise DesignError("The fit has no strata, so that new patients have none. Leave strata out.")
    labels = as_labels(column_of(as_frame(new_data), given), "strata")
    if labels.size != size:
        raise DataError(f"strata has {labels.size} values, but new_data has {size} rows.")
    known = {label: number for number, label in enumerate(fit.inputs.strata.labels)}
    new = [row for row, label in enumerate(labels) if label not in known]
    if new:
        shown = listing(f"row {row}: {labels[row]!r}" for row in new)
        raise DataError(
            f"strata has values that the fit has not seen ({shown}). Its strata are {listing(known)}.",
            rows=new,
        )
    return np.array([known[label] for label in labels], dtype=np.int64)


def _result(
    fit: CoxFit,
    make: CurveMaker,
    curves: tuple[PredictedCurve, ...],
    times: FloatArray | None,
    where: str,
) -> PredictedCurves:
    kind = "Efron" if fit.ties == "efron" else "Breslow"
    return PredictedCurves(
        n=fit.n,
        n_events=fit.n_events,
        method=(
            f"Survival {where} from the Cox model with {kind}'s estimate of the cumulative hazard, "
            f"{formats.level(make.level)} pointwise {make.interval} intervals."
        ),
        conventions=fit.conventions,
        warnings=fit.warnings,
        curves=curves,
        times=times,
        interval=make.interval,
        level=make.level,
        unit=fit.response.unit,
    )
