"""The result of `impute`: pooled hazard ratios beside those of the complete cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.missing.rubin import Pooled
from hpcstats.errors import DataError
from hpcstats.regression.fit import CoxFit
from hpcstats.results import Result
from hpcstats.sensitivity.missing.draws import Draws, quantities, scale_reduction
from hpcstats.sensitivity.missing.variables import Columns
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

COMPLETE_CASES, IMPUTED = "complete cases", "imputed"
_COLUMNS = (
    "analysis", "term", "n", "n_events", "coef", "std_error", "hazard_ratio", "low", "high", "statistic",
    "df", "p_value", "missing_information", "monte_carlo_error", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Imputed(Result):
    """A Cox model of all patients by multiple imputation. Made by `impute`.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    estimates, variances : ndarray, shape (m, p)
        Log hazard ratios of the completed data sets, and their variances.
    pooled : Pooled
        By Rubin's rules: estimate, std_error, low, high (log hazard ratios), p_value, df, within, between,
        increase, missing_information; arrays of shape (p,), NaN where an imputation has no finite estimate.
    errors : Pooled
        Monte Carlo standard error of each of these.
    complete_df : float
        Degrees of freedom that the analysis of complete data would have.
    complete_cases : CoxFit or None
        The model of the patients who miss nothing.
    complete_cases_reason : str
        Why there is none; empty otherwise.
    level : float
        Confidence level.
    seed : str
        What to write to draw the same again.
    response : Surv
        All patients.
    columns : Columns
        The variables with their gaps.
    draws : Draws
        Completed values and the course of the chains.
    """

    terms: tuple[str, ...]
    estimates: FloatArray
    variances: FloatArray
    pooled: Pooled
    errors: Pooled
    complete_df: float
    complete_cases: CoxFit | None
    complete_cases_reason: str
    level: float
    seed: str
    response: Surv
    columns: Columns
    draws: Draws

    summary_fields = (*Result.summary_fields, "n_imputations", "complete_df", "level", "seed")

    @property
    def n_imputations(self) -> int:
        """Number of completed data sets."""
        return int(self.estimates.shape[0])

    def title(self) -> str:
        """Return the heading of the text form."""
        known = 0 if self.complete_cases is None else self.complete_cases.n
        return (
            f"Cox model by {self.n_imputations} imputations, n = {self.n}, events = {self.n_events}, "
            f"{known} complete cases"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered."""
        return self.response.patients()

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each analysis and coefficient, limits on the hazard-ratio scale.

        The complete cases come first. Their statistic and p-value are those of their fit; those of the
        imputed are Student's t. `monte_carlo_error` is that of the log hazard ratio.
        """
        import pandas as pd

        frame = pd.DataFrame(self._imputed(), columns=list(_COLUMNS))
        if self.complete_cases is not None:
            fit, alone = self.complete_cases, self.complete_cases.to_frame()
            alone = alone.assign(analysis=COMPLETE_CASES, n=fit.n, n_events=fit.n_events, status=fit.statuses)
            frame = pd.concat(
                [alone.reindex(columns=list(_COLUMNS)), frame.astype(alone.dtypes, errors="ignore")]
            )
        return frame.reset_index(drop=True)

    def _imputed(self) -> dict[str, Any]:
        pooled, p = self.pooled, len(self.terms)
        with np.errstate(over="ignore"):
            ratios = np.exp([pooled.estimate, pooled.low, pooled.high])
        return {
            "analysis": [IMPUTED] * p,
            "term": list(self.terms),
            "n": [self.n] * p,
            "n_events": [self.n_events] * p,
            "coef": pooled.estimate,
            "std_error": pooled.std_error,
            "hazard_ratio": ratios[0],
            "low": ratios[1],
            "high": ratios[2],
            "statistic": pooled.estimate / pooled.std_error,
            "df": pooled.df,
            "p_value": pooled.p_value,
            "missing_information": pooled.missing_information,
            "monte_carlo_error": self.errors.estimate,
            "status": list(self.statuses),
        }

    @property
    def statuses(self) -> tuple[str, ...]:
        """For each coefficient "ok", or "not_estimable" where a fit has no finite estimate."""
        known = np.isfinite(self.pooled.estimate)
        return tuple("ok" if one else "not_estimable" for one in known.tolist())

    def completed(self, number: int) -> pd.DataFrame:
        """Return the columns of one completed data set, numbered from 0, auxiliary ones included."""
        if not 0 <= number < self.n_imputations:
            raise DataError(
                f"There is no imputation {number}. They are numbered 0 to {self.n_imputations - 1}."
            )
        import pandas as pd

        pairs = zip(self.columns.variables, self.draws.values, strict=True)
        return pd.DataFrame({variable.name: variable.column(values[number]) for variable, values in pairs})

    def compared_values(self) -> pd.DataFrame:
        """Return what is known beside what was imputed: variable, quantity, missing, known, imputed.

        They may differ for good reasons; a difference nobody can explain is a reason to look again.
        """
        import pandas as pd

        rows = []
        for variable, values in zip(self.columns.variables, self.draws.values, strict=True):
            gaps = variable.missing
            named = [
                (text, variable.values[~gaps], values[:, gaps], level)
                for text, level in _quantities(variable)
                if gaps.any()
            ]
            for text, known, drawn, level in named:
                both = (known, drawn) if level is None else (known == level, drawn == level)
                rows.append((variable.name, text, variable.n_missing, *(float(x.mean()) for x in both)))
        return pd.DataFrame(rows, columns=["variable", "quantity", "missing", "known", "imputed"])

    def trace(self) -> pd.DataFrame:
        """Return how the chains ran: variable, quantity, cycle, mean and std_dev over the chains."""
        import pandas as pd

        names, course = quantities(self.columns.variables), self.draws.trace
        spread = course.std(axis=0, ddof=1)
        rows = [
            (*name, cycle + 1, float(course[:, cycle, k].mean()), float(spread[cycle, k]))
            for k, name in enumerate(names)
            for cycle in range(course.shape[1])
        ]
        return pd.DataFrame(rows, columns=["variable", "quantity", "cycle", "mean", "std_dev"])

    def scale_reduction(self) -> pd.DataFrame:
        """Return Gelman and Rubin's potential scale reduction of the chains: variable, quantity, value.

        Near 1 the chains can no longer be told apart; values above 1.1 ask for more cycles.
        """
        import pandas as pd

        found = scale_reduction(self.draws.trace)
        names = quantities(self.columns.variables)
        rows = [(*name, float(value)) for name, value in zip(names, found, strict=True)]
        return pd.DataFrame(rows, columns=["variable", "quantity", "value"])


def _quantities(variable: Any) -> list[tuple[str, int | None]]:
    if variable.kind == "numeric":
        return [("mean", None)]
    return [(f"share of {level}", number) for number, level in enumerate(variable.levels)]
