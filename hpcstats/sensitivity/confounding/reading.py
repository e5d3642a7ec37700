"""What an E-value is asked of: numbers with limits, a Cox model, or a comparison of restricted means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.compare import RmstComparison
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import count, place
from hpcstats.errors import DataError, check_option, listing
from hpcstats.regression.fit import CoxFit
from hpcstats.results import Result
from hpcstats.sensitivity.numeric_options import is_finite

RARE = 0.15
"""Proportion with the event, by the end of follow-up, up to which an outcome counts as rare."""

_CHOSEN = {"rare", "common"}
_CONVERTED = {"odds-ratio", "hazard-ratio"}
WORDS = {
    "risk-ratio": "risk ratio",
    "rate-ratio": "rate ratio",
    "rmst-ratio": "ratio of restricted means",
    "lost-time-ratio": "ratio of the mean time lost",
    "rmst-difference": "difference of restricted means over the reference mean",
    "odds-ratio": "odds ratio",
    "hazard-ratio": "hazard ratio",
}
OF = tuple(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Estimates with limits and names, and what is known of where they come from."""

    of: str
    names: tuple[Any, ...]
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    outcome: str | None = None
    reference: float | None = None
    n: int = 0
    n_events: int = 0
    method: str = ""
    identifiers: tuple[str, ...] = ()


def read(estimate: Any, low: Any, high: Any, of: Any, outcome: Any, reference: Any) -> Given:
    """Read and check the arguments of `e_value`."""
    if isinstance(estimate, (CoxFit, RmstComparison)):
        if low is not None or high is not None or of is not None or reference is not None:
            raise DataError(
                "A fit or comparison brings its limits and scale: leave out low, high, of, reference."
            )
        if isinstance(estimate, CoxFit):
            return _of_fit(estimate, outcome)
        _no_outcome("rmst-ratio", outcome)
        return _of_means(estimate)
    scale = "risk-ratio" if of is None else of
    check_option("of", scale, OF)
    if scale not in _CONVERTED:
        _no_outcome(scale, outcome)
    elif outcome not in _CHOSEN:
        raise DataError(
            f"An E-value of {_an(scale)} needs outcome='common' (more than about 15% have the event by the "
            "end of follow-up) or outcome='rare'."
        )
    if (scale == "rmst-difference") == (reference is None):
        raise DataError(
            "of='rmst-difference', and no other scale, needs reference=, the mean of the reference."
        )
    values, lower, upper = _columns(estimate, low, high)
    _check(values, lower, upper, positive=scale != "rmst-difference")
    return Given(
        of=scale,
        names=tuple(range(1, values.size + 1)),
        estimate=values,
        low=lower,
        high=upper,
        outcome=outcome,
        reference=None if reference is None else _positive(reference),
    )


def _of_fit(fit: CoxFit, outcome: str | None) -> Given:
    if outcome is not None:
        check_option("outcome", outcome, sorted(_CHOSEN))
    frame = fit.to_frame()
    return Given(
        of="hazard-ratio",
        names=fit.terms,
        estimate=frame["hazard_ratio"].to_numpy(dtype=np.float64),
        low=frame["low"].to_numpy(dtype=np.float64),
        high=frame["high"].to_numpy(dtype=np.float64),
        outcome=outcome or _frequency(fit),
        n=fit.n,
        n_events=fit.n_events,
        method=fit.method,
        identifiers=fit.patients(),
    )


def _of_means(comparison: RmstComparison) -> Given:
    return Given(
        of="rmst-ratio",
        names=("ratio", "lost-time-ratio"),
        estimate=comparison.estimate[1:].copy(),
        low=comparison.low[1:].copy(),
        high=comparison.high[1:].copy(),
        n=comparison.n,
        n_events=comparison.n_events,
        method=comparison.method,
        identifiers=comparison.patients(),
    )


def _frequency(fit: CoxFit) -> str:
    """Tell by the Kaplan-Meier curve of everybody whether the outcome is rare."""
    response = fit.inputs.response
    placed = place(response.time, response.event, response.entry)
    curve, _ = product_limit(count(placed, fit.inputs.weights[None]))
    return "rare" if 1 - float(curve[0, -1]) <= RARE else "common"


def _no_outcome(scale: str, outcome: Any) -> None:
    if outcome is not None:
        raise DataError(
            f"outcome={outcome!r} has no meaning for {_an(scale)}, which is not converted. Leave it out, or "
            "say what the estimate is: of='hazard-ratio' or of='odds-ratio'."
        )


def _columns(*given: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
    names = ("estimate", "low", "high")
    columns = [_column(one, name) for one, name in zip(given, names, strict=True)]
    sizes = {column.size for column in columns} - {1}
    if not columns[0].size or len(sizes) > 1:
        shown = ", ".join(str(column.size) for column in columns)
        raise DataError(
            f"estimate, low and high must be numbers, or columns of one length, not {shown} values."
        )
    estimate, low, high = np.broadcast_arrays(*columns)
    return estimate.copy(), low.copy(), high.copy()


def _column(given: Any, name: str) -> FloatArray:
    """Read a number or a column of numbers; None is a limit that is not known."""
    if given is None and name != "estimate":
        return np.array([np.nan])
    if isinstance(given, Result) or given is None:
        raise DataError(
            f"{name} must be numbers, a fit of hs.cox or a comparison of hs.rmst_difference, not "
            f"{type(given).__name__}."
        )
    if np.ndim(given) == 0:
        given = [given]
    elif isinstance(given, (list, tuple)):
        given = [np.nan if one is None else one for one in given]
    try:
        return as_numbers(given, name)
    except DataError as error:
        raise DataError(f"{name} must be numbers, or a column of numbers. {error}", rows=error.rows) from None


def _check(estimate: FloatArray, low: FloatArray, high: FloatArray, *, positive: bool) -> None:
    if positive and any(bool((values < 0).any()) for values in (estimate, low, high)):
        raise DataError("Ratios must be positive. Give exp(coefficient), not the coefficient.")
    rows = np.flatnonzero((low > estimate) | (high < estimate))
    if rows.size:
        shown = listing(f"{estimate[row]:g} ({low[row]:g} to {high[row]:g})" for row in rows)
        raise DataError(
            f"Estimates must lie between their limits ({shown}). Write e_value(estimate, low, high).",
            rows=rows,
        )


def _positive(reference: Any) -> float:
    if not is_finite(reference) or reference <= 0:
        raise DataError(f"reference must be a positive time, not {reference!r}.")
    return float(reference)


def _an(scale: str) -> str:
    return ("an " if scale[0] in "aeiou" else "a ") + WORDS[scale]
