"""`compare_distributions`: several distributions fitted to the same times, side by side."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.errors import DataError, DesignError, HpcstatsWarning, SmallSampleWarning, check_option, warn
from hpcstats.groups import confidence_level
from hpcstats.regression.parametric_models.distributions import NAMES, distribution_of
from hpcstats.regression.parametric_models.estimate import ENGINES
from hpcstats.regression.parametric_models.fit import ParametricFit
from hpcstats.regression.parametric_models.model import fitted
from hpcstats.regression.parametric_models.rows import Rows
from hpcstats.results import Result
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

USUAL = (
    "exponential",
    "weibull",
    "gamma",
    "log-normal",
    "log-logistic",
    "gompertz",
    "generalised-gamma",
    "spline",
)
"""The distributions of positive times that are compared unless others are named."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DistributionComparison(Result):
    """Distributions fitted to the same times. Made by `compare_distributions`.

    Attributes
    ----------
    fits : tuple of ParametricFit
        The fits, best AIC first, those without an estimate last.
    left_out : tuple of (str, str)
        Distributions that could not be set up, and why.
    """

    response: Surv
    fits: tuple[ParametricFit, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def best(self) -> ParametricFit:
        """The fit with the smallest AIC."""
        return self.fits[0]

    def __getitem__(self, name: str) -> ParametricFit:
        """Return the fit of a distribution."""
        for fit in self.fits:
            if fit.distribution_name == name:
                return fit
        raise DataError(
            f"{name!r} was not fitted. Fitted are {[fit.distribution_name for fit in self.fits]}."
        )

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"{len(self.fits)} distributions, n = {self.n}, events = {self.n_events}, smallest AIC first"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each distribution.

        Columns distribution, parameters, log_likelihood, aic, aicc, bic, aic_difference (to the smallest),
        aic_weight (exp(-difference / 2), in shares), status, reason.
        """
        import pandas as pd

        rows = [
            (fit.distribution_name, fit.n_parameters, fit.log_likelihood, fit.aic, fit.aicc, fit.bic)
            for fit in self.fits
        ]
        rows += [(name, 0, np.nan, np.nan, np.nan, np.nan) for name, _ in self.left_out]
        columns = ["distribution", "parameters", "log_likelihood", "aic", "aicc", "bic"]
        frame = pd.DataFrame(rows, columns=columns)
        frame["aic_difference"] = frame["aic"] - frame["aic"].min()
        weight = np.exp(-frame["aic_difference"] / 2)
        frame["aic_weight"] = weight / weight.sum()
        frame["status"] = [fit.status for fit in self.fits] + ["not_estimable"] * len(self.left_out)
        frame["reason"] = [fit.reason for fit in self.fits] + [why for _, why in self.left_out]
        return frame


def compare_distributions(
    response: Surv,
    data: Any = None,
    formula: str | Sequence[str] | None = None,
    *,
    distributions: str | Sequence[str] = "all",
    n_knots: int = 1,
    weights: Any = None,
    level: float = 0.95,
    missing: str = "raise",
    engine: str = "lifelines",
) -> DistributionComparison:
    """Several distributions of the time to the event, fitted to the same rows and ordered by AIC.

    Use it to show how little, or how much, the data say of the shape: distributions within about two units of
    AIC are not told apart, and where they differ beyond follow-up no statement beyond follow-up is safe. AIC
    speaks of the times observed and knows nothing of those after them.

    Parameters
    ----------
    response, data, formula
        As in `parametric`.
    distributions : "all" or sequence of str
        "all" are exponential, Weibull, gamma, log-normal, log-logistic, Gompertz, generalised gamma and a
        spline.
    n_knots, weights, level, missing, engine
        As in `parametric`.

    Returns
    -------
    DistributionComparison
        With `to_frame`, `fits`, `best`, and each fit by name: ``comparison["weibull"]``.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `parametric`; a spline without enough event times is listed as not estimable.

    Notes
    -----
    AIC = -2 log L + 2 k (Akaike 1974, doi:10.1109/TAC.1974.1100705). All log-likelihoods are of the same
    times in the same unit, so that they can be compared; cure models of the same rows can be put beside them.

    Examples
    --------
    Remission of 21 patients on 6-MP (Freireich et al. 1963): the three are not told apart.

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> found = hs.compare_distributions(
    ...     y, distributions=["weibull", "exponential", "log-normal"]
    ... )
    >>> found.to_frame().round(2)[["distribution", "log_likelihood", "aic", "aic_weight"]]
      distribution  log_likelihood     aic  aic_weight
    0   log-normal          -40.68  85.36        0.50
    1  exponential          -42.17   86.35        0.31
    2      weibull          -41.66   87.32        0.19
    """
    check_option("engine", engine, ENGINES)
    chosen = confidence_level(level)
    names = list(USUAL) if distributions == "all" else _named(distributions)
    rows = Rows.of(response, data, formula, weights, missing, "compare_distributions")
    rows.refuse_impossible([rows.design])
    fits, left_out = [], []
    with warnings.catch_warnings():
        # One warning for the whole table, below; each fit keeps its own texts.
        warnings.simplefilter("ignore", HpcstatsWarning)
        for name in names:
            try:
                shape = distribution_of(name, n_knots, rows.observed)
            except DesignError as error:
                left_out.append((name, str(error)))
                continue
            if shape.from_zero:
                rows.refuse_time_zero(name)
            fits.append(fitted(rows, shape, "profile", chosen, engine))
    fits.sort(key=lambda fit: np.inf if np.isnan(fit.aic) else fit.aic)
    lost = [fit.distribution_name for fit in fits if fit.status == "not_estimable"]
    none = len(lost) == len(fits)
    return DistributionComparison(
        n=rows.n,
        n_events=rows.n_events,
        method="Distributions fitted by maximum likelihood to the same times, compared by AIC.",
        conventions=(
            "aicc and bic take n, the patients.",
            "AIC says nothing of times after the last observation.",
        ),
        warnings=_notes(rows, fits),
        status="not_estimable" if none else "ok",
        reason="no distribution has a finite maximum" if none else "",
        response=rows.response,
        fits=tuple(fits),
        left_out=tuple(left_out),
    )


def _named(distributions: str | Sequence[str]) -> list[str]:
    if isinstance(distributions, str) or not len(distributions):
        raise DataError(f"distributions must be 'all' or a list of names, not {distributions!r}.")
    for name in distributions:
        check_option("distributions", name, NAMES)
    return list(dict.fromkeys(distributions))


def _notes(rows: Rows, fits: list[ParametricFit]) -> tuple[str, ...]:
    most = max((fit.n_parameters for fit in fits), default=0)
    if rows.n_events > most:
        return ()
    text = (
        f"Up to {most} coefficients rest on {rows.n_events} events: these data hardly tell distributions "
        "apart, and say nothing of times after the last observation."
    )
    warn(text, SmallSampleWarning)
    return (text,)
