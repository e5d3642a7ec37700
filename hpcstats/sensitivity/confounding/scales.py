"""`e_value`: how strong an unmeasured confounder would have to be to explain an estimate away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.compare import RmstComparison
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.sensitivity.confounding.reading import WORDS, Given, read
from hpcstats.sensitivity.confounding.result import EValue
from hpcstats.sensitivity.numeric_options import is_finite

_CONVERTED = {
    ("hazard-ratio", "common"): "RR = (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)) (common outcome)",
    ("hazard-ratio", "rare"): "RR = HR (rare outcome)",
    ("odds-ratio", "common"): "RR = sqrt(OR) (common outcome)",
    ("odds-ratio", "rare"): "RR = OR (rare outcome)",
}


def e_value(
    estimate: Any,
    low: Any = None,
    high: Any = None,
    *,
    of: str | None = None,
    outcome: str | None = None,
    null: float | None = None,
    reference: float | None = None,
) -> EValue:
    r"""How strongly an unmeasured confounder must be tied to group and outcome to explain an estimate away.

    Both associations, as risk ratios and beyond the covariates measured, would have to be at least so strong.
    A small value means that little confounding suffices; a large one does not mean that there is none, and
    says nothing of selection, which is the larger threat to published cases.

    Parameters
    ----------
    estimate : float, array, CoxFit or RmstComparison
        What is to be explained away. A fit gives its hazard ratios and limits, a comparison of restricted
        means its ratio and the ratio of the time lost.
    low, high : float or array, optional
        Confidence limits.
    of : str, optional
        Scale of numbers: "risk-ratio" (default), "rate-ratio", "odds-ratio", "hazard-ratio", "rmst-ratio",
        "lost-time-ratio", or "rmst-difference" (with `reference`).
    outcome : {"rare", "common"}, optional
        For odds and hazard ratios: whether at most about 15% have the event by the end of follow-up. Of a fit
        it is read off the Kaplan-Meier curve of everybody.
    null : float, optional
        Value that confounding would have to bring the estimate to; no difference by default.
    reference : float, optional
        Restricted mean of the reference group, for "rmst-difference".

    Returns
    -------
    EValue
        With `e_value` and `e_value_limit` (of the limit nearer to the null, 1 where the interval holds it).

    Raises
    ------
    DataError
        For negative ratios, limits that are not around the estimate, and an `outcome`, `reference` or `null`
        that is needed, or has no meaning.
    DesignError
        For a difference of restricted means not larger than minus the reference.

    Notes
    -----
    For a risk ratio of 1 or more, and for its inverse otherwise,

    .. math:: E = \mathrm{RR} + \sqrt{\mathrm{RR} (\mathrm{RR} - 1)}.

    VanderWeele & Ding 2017 (doi:10.7326/M16-2607). A hazard ratio of a common outcome is first taken to
    :math:`\mathrm{RR} \approx (1 - 0.5^{\sqrt{\mathrm{HR}}}) / (1 - 0.5^{\sqrt{1 / \mathrm{HR}}})`, an odds
    ratio to its root. The bound behind the E-value holds for means of any outcome that is not negative (Ding
    & VanderWeele 2016, doi:10.1097/EDE.0000000000000457), so that ratios of restricted means and of the time
    lost have E-values without conversion; the confounder's association with the outcome is then a ratio of
    means. A difference is taken as ratio to the reference mean, held fixed. Agrees with R's EValue.

    Examples
    --------
    The risk ratio 3.9 (1.8 to 8.7) of VanderWeele & Ding: 7.26 and 3.0.

    >>> from hpcstats.sensitivity import e_value
    >>> found = e_value(3.9, 1.8, 8.7)
    >>> found.e_value.round(2), found.e_value_limit.round(2)
    (array([7.26]), array([3.]))

    A hazard ratio of .56 (.46 to .69) of a common outcome.

    >>> found = e_value(0.56, 0.46, 0.69, of="hazard-ratio", outcome="common")
    >>> found.e_value.round(2), found.e_value_limit.round(2)
    (array([2.35]), array([1.91]))
    """
    given = read(estimate, low, high, of, outcome, reference)
    if null is not None and isinstance(estimate, RmstComparison):
        raise DataError(
            "A comparison has two ratios, which share no null but 1. Give one: e_value(ratio, low, high, "
            "of='rmst-ratio', null=...)."
        )
    centre = _null(given.of, null)
    convert = _conversion(given, centre)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = convert(np.array([centre]))[0]
        ratio, lower, upper = (convert(values) / base for values in (given.estimate, given.low, given.high))
    limit = _of_limit(ratio, lower, upper)
    found = _bound(ratio)
    missing = [name for name, value in zip(given.names, found, strict=True) if np.isnan(value)]
    return EValue(
        n=given.n,
        n_events=given.n_events,
        method=_sentence(given, centre),
        conventions=(
            _CONVERTED.get((given.of, given.outcome or ""), "No conversion to the risk ratio is needed."),
            "E-value of the limit: that nearer to the null, 1 where the interval holds it.",
        ),
        status="not_estimable" if missing else "ok",
        reason=f"no estimate of {listing(missing)}" if missing else "",
        names=given.names,
        of=given.of,
        null=centre,
        estimate=given.estimate,
        low=given.low,
        high=given.high,
        ratio=ratio,
        ratio_low=lower,
        ratio_high=upper,
        e_value=found,
        e_value_limit=limit,
        identifiers=given.identifiers,
    )


def _of_limit(ratio: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the E-value of the limit nearer to the null: 1 where it lies on the null or beyond."""
    inverse = np.divide(1.0, upper, out=np.full_like(upper, np.inf), where=upper != 0)
    nearer = np.where(ratio >= 1, lower, inverse)
    return np.where(np.isnan(nearer), np.nan, _bound(np.maximum(nearer, 1.0)))


def _bound(ratio: FloatArray) -> FloatArray:
    """Return RR + sqrt(RR (RR - 1)) of the ratio or its inverse, whichever is 1 or more."""
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.where(ratio < 1, 1 / ratio, ratio)
        return np.asarray(away + np.sqrt(away) * np.sqrt(away - 1), dtype=np.float64)


def _null(of: str, null: float | None) -> float:
    if null is None:
        return 0.0 if of == "rmst-difference" else 1.0
    if of == "rmst-difference":
        if not is_finite(null):
            raise DataError(f"null must be a difference of means, not {null!r}.")
    elif not is_finite(null) or null <= 0:
        raise DataError(f"null must be a positive ratio, not {null!r}.")
    return float(null)


def _conversion(given: Given, null: float) -> Callable[[FloatArray], FloatArray]:
    """Return what takes estimates to the scale of the risk (or mean) ratio."""
    if given.of == "rmst-difference":
        mean = given.reference
        least = min(null, *(np.nanmin(values, initial=np.inf) for values in (given.low, given.estimate)))
        if mean is None or mean + least <= 0:
            raise DesignError(
                f"A difference of {least:g} is not larger than minus the reference mean ({mean}): no ratio "
                "is possible. Give reference= in the unit of the difference."
            )
        return lambda values: (mean + values) / mean
    if given.outcome != "common":
        return lambda values: values
    if given.of == "odds-ratio":
        return np.sqrt
    return lambda values: (1 - 0.5 ** np.sqrt(values)) / (1 - 0.5 ** np.sqrt(1 / values))


def _sentence(given: Given, null: float) -> str:
    plain = 0.0 if given.of == "rmst-difference" else 1.0
    to = "" if null == plain else f" away to {null:g}"
    sentence = f"E-value of the {WORDS[given.of]}{to} (VanderWeele and Ding)."
    return f"{sentence} {given.method}".strip()
