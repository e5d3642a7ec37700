"""The mixture cure model whose times follow a Cox model with a baseline of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, ndtr

from hpcstats import formats
from hpcstats.columns import FloatArray, as_frame
from hpcstats.core.cox.identifiability import scale
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.parametric.climb import Summit, climb
from hpcstats.core.parametric.cure_profile import CureProfile
from hpcstats.errors import (
    DataError,
    DesignError,
    NonIdentifiableWarning,
    UnsupportedError,
    check_option,
    warn,
)
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.regression.new_data import encode
from hpcstats.regression.parametric_models.rows import Rows
from hpcstats.results import Result, Status

if TYPE_CHECKING:
    import pandas as pd

_CONVENTIONS = (
    "Incidence: logit(cured fraction) = Intercept + z'coef; above 0 means more cured.",
    "Latency: exp(coef) multiplies the hazard of those who are not cured; Breslow's ties.",
    "Zero tail: whoever was observed beyond the last event is cured.",
    "Standard errors: curvature of the profile likelihood; Wald intervals.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SemiparametricCureFit(Result):
    """A mixture cure model with a Cox model of the times. Made by ``cure(..., distribution="cox")``.

    Attributes
    ----------
    rows : Rows
        The rows used.
    parts, terms : tuple of str
        Part ("incidence" or "latency") and name of each coefficient.
    coef, covariance : ndarray, shapes (p,) and (p, p)
        Coefficients, incidence first.
    log_likelihood : float
        The profile log-likelihood; not comparable with that of a density.
    baseline_time, baseline_hazard : ndarray
        Event times and the baseline cumulative hazard after them, at covariates of 0.
    level : float
        Confidence level.
    """

    rows: Rows
    parts: tuple[str, ...]
    terms: tuple[str, ...]
    coef: FloatArray
    covariance: FloatArray
    log_likelihood: float
    baseline_time: FloatArray
    baseline_hazard: FloatArray
    level: float

    summary_fields = (*Result.summary_fields, "log_likelihood", "level")

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Cox mixture cure model, n = {self.n}, events = {self.n_events}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.rows.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient.

        Columns part, term, coef, std_error, low, high, ratio, statistic, p_value.
        """
        import pandas as pd

        error = np.sqrt(np.diag(self.covariance))
        margin = normal_quantile(self.level) * error
        tested = np.array([term != "Intercept" for term in self.terms])
        z = self.coef / error
        return pd.DataFrame(
            {
                "part": list(self.parts),
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": error,
                "low": self.coef - margin,
                "high": self.coef + margin,
                "ratio": np.where(tested, np.exp(self.coef), np.nan),
                "statistic": np.where(tested, z, np.nan),
                "p_value": np.where(tested, 2 * ndtr(-np.abs(z)), np.nan),
            }
        )

    def parameters(self, convention: str) -> pd.DataFrame:
        """Return the coefficients as R's `smcure` gives them: of the probability of not being cured."""
        check_option("convention", convention, ("smcure",))
        frame = self.to_frame()[["part", "term", "coef", "std_error"]]
        incidence = frame["part"] == "incidence"
        frame.loc[incidence, "coef"] = -frame.loc[incidence, "coef"]
        return frame

    def cured_fraction(self, new_data: Any = None, *, level: float | None = None) -> pd.DataFrame:
        """Return the fraction who never have the event: patient, estimate, low, high (Wald on the logit)."""
        import pandas as pd

        asked = self.level if level is None else confidence_level(level)
        design = self.rows.incidence
        labels: list[Any] = ["all"]
        if design is None:
            matrix = np.ones((1, 1))
        elif new_data is None:
            raise DataError(
                "The incidence has covariates: give new_data, one row for each patient asked for."
            )
        else:
            frame = as_frame(new_data)
            matrix, labels = (
                np.hstack([np.ones((len(frame), 1)), encode(design, frame)]),
                list(range(len(frame))),
            )
        q = matrix.shape[1]
        centre = matrix @ self.coef[:q]
        variance = np.einsum("mp,pq,mq->m", matrix, self.covariance[:q, :q], matrix)
        margin = normal_quantile(asked) * np.sqrt(variance)
        return pd.DataFrame(
            {
                "patient": labels,
                "estimate": expit(centre),
                "low": expit(centre - margin),
                "high": expit(centre + margin),
            }
        )


def semiparametric_cure(rows: Rows, link: str, level: float) -> SemiparametricCureFit:
    """Fit the model to prepared rows.

    Raises
    ------
    UnsupportedError, DesignError
        For delayed entry, interval censoring, another link, no latency covariates, and no events.
    """
    _refuse(rows, link)
    assert rows.design is not None
    kept, response = rows.counted, rows.response
    latency, incidence = rows.matrix(rows.design)[kept, 1:], rows.matrix(rows.incidence)[kept]
    widths, centre = scale(latency), latency.mean(axis=0)
    wide = np.concatenate([[1.0], scale(incidence[:, 1:])]) if incidence.shape[1] > 1 else np.ones(1)
    profile = CureProfile.of(
        response.time[kept],
        response.event[kept],
        incidence / wide,
        (latency - centre) / widths,
        rows.weights[kept],
    )
    unit = np.concatenate([wide, widths])
    found, reason = _summit(profile, float(response.event[kept].mean()))
    none = np.full(unit.size, np.nan)
    coef = none if found is None else found.position / unit
    covariance = np.diag(none) if found is None else np.linalg.inv(found.information) / np.outer(unit, unit)
    status: Status = "not_estimable" if reason else "ok"
    return SemiparametricCureFit(
        n=rows.n,
        n_events=rows.n_events,
        method=(
            "Mixture cure model, logistic incidence and Cox model of the times, maximum likelihood, "
            f"{formats.level(level)} Wald intervals."
        ),
        conventions=_CONVENTIONS,
        warnings=(f"There is no finite estimate: {reason}.",) if reason else (),
        status=status,
        reason=reason,
        rows=rows,
        parts=("incidence",) * incidence.shape[1] + ("latency",) * latency.shape[1],
        terms=("Intercept", *(rows.incidence.terms if rows.incidence else ()), *rows.design.terms),
        coef=coef,
        covariance=covariance,
        log_likelihood=np.nan if found is None else found.value,
        baseline_time=profile.times,
        baseline_hazard=_baseline(profile, incidence, latency - centre, coef, centre),
        level=level,
    )


def _summit(profile: CureProfile, events: float) -> tuple[Summit | None, str]:
    """Climb to the maximum from no effects; return why there is none, or an empty text."""
    share = float(np.clip(1 - events, 0.05, 0.95))
    start = np.zeros(profile.walls.size)
    start[0] = np.log(share / (1 - share))
    summit = climb(profile, start)
    if summit is not None and summit.runaway is None and summit.certified:
        return summit, ""
    reason = "the profile likelihood has no finite maximum, or is flat"
    warn(f"There is no finite estimate: {reason}.", NonIdentifiableWarning)
    return None, reason


def _baseline(
    profile: CureProfile, incidence: FloatArray, latency: FloatArray, coef: FloatArray, centre: FloatArray
) -> FloatArray:
    """Return the cumulative hazard at covariates of 0."""
    if not np.isfinite(coef).all():
        return np.full(profile.times.size, np.nan)
    gamma, beta = np.split(coef, [incidence.shape[1]])
    jumps = profile.jumps(incidence @ gamma, np.exp(latency @ beta))
    total: FloatArray = np.cumsum(jumps) * np.exp(-centre @ beta)
    return total


def _refuse(rows: Rows, link: str) -> None:
    needs_kind(rows.response, ("right",), "cure(distribution='cox')", "Name a distribution.")
    if rows.response.entry is not None:
        raise UnsupportedError("cure(distribution='cox') has no delayed entry here. Name a distribution.")
    if link != "logit":
        raise UnsupportedError(f"cure(distribution='cox') has the logit link only, not {link!r}.")
    if rows.design is None:
        raise DesignError(
            "cure(distribution='cox') needs covariates of the times: latency='age', say. Without any, the "
            "estimate is the Kaplan-Meier plateau: hs.cure(response).plateau."
        )
    if not rows.n_events:
        raise DesignError("There are no events, so that neither cure nor times can be estimated.")
