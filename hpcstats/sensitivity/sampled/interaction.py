"""Whether an answer differs between eras: tests of the interaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import BoolArray, IntArray
from hpcstats.compare.log_rank.logrank import logrank
from hpcstats.compare.log_rank.result import LogrankResult
from hpcstats.errors import HpcstatsError
from hpcstats.nonparametric.survival_curves import SurvivalCurves
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.prior import NormalPrior
from hpcstats.sensitivity.refitting.fitted_again import cox_again
from hpcstats.sensitivity.sampled.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A test of whether eras differ, or why there is none."""

    words: str
    statistic: float = float("nan")
    df: int = 0

    @property
    def p_value(self) -> float:
        """Of the chi-squared distribution; NaN without a test."""
        return float(chdtrc(self.df, self.statistic)) if self.df > 0 else float("nan")


def cox_interaction(fit: CoxFit, rows: IntArray, calendar: Calendar, carrying: list[int]) -> Interaction:
    """Test whether hazard ratios differ between the eras `carrying` enough events.

    In the model stratified by era every column has a difference in each era after the first. Their likelihood
    ratio holds them at 0, where they stay in the penalty; with a robust variance it is Wald's test.
    """
    if len(carrying) < 2:
        return _too_few(calendar, carrying)
    if isinstance(fit.penalty, NormalPrior):
        return Interaction(words="No test of interaction: the mode under a prior has no likelihood ratio.")
    inside = np.isin(calendar.codes, carrying)
    here = rows[inside]
    columns, number = fit.design.matrix[here], len(fit.terms)
    parts, names = [columns], list(fit.terms)
    for era in carrying[1:]:
        parts.append(columns * (calendar.codes[inside] == era)[:, None])
        names += [f"{term} in {calendar.labels[era]}" for term in fit.terms]
    try:
        whole = cox_again(
            fit, here, matrix=np.hstack(parts), terms=tuple(names), strata=calendar.label_of_rows(inside)
        )
    except HpcstatsError as error:
        return Interaction(words=f"No test of interaction: {error}")
    held = np.arange(len(names)) >= number
    named = _named(calendar, carrying)
    if whole.robust:
        return _wald(whole, held, named)
    fall = whole.search.maximum - float(whole.search.without(held[None])[0])
    how = "penalised likelihood ratio (Firth)" if fit.penalty == "firth" else "likelihood ratio"
    return Interaction(
        words=f"Interaction with the era: {how}, strata by era{named}.",
        statistic=max(2 * fall, 0.0),
        df=int(held.sum()),
    )


def _wald(whole: CoxFit, held: BoolArray, named: str) -> Interaction:
    coef, spread = whole.coef[held], whole.covariance[np.ix_(held, held)]
    if not np.isfinite(coef).all() or np.linalg.matrix_rank(spread, hermitian=True) < held.sum():
        return Interaction(
            words="No test of interaction: the robust variance of the differences between eras is not known."
        )
    return Interaction(
        words=f"Interaction with the era: Wald test with the robust variance, strata by era{named}.",
        statistic=float(coef @ np.linalg.solve(spread, coef)),
        df=int(held.sum()),
    )


def curve_interaction(
    curves: SurvivalCurves, rows: IntArray, calendar: Calendar, carrying: list[int]
) -> tuple[Interaction, LogrankResult | None]:
    """Test whether groups differ alike in all eras, or whether the one curve differs between eras.

    Of groups it is the sum of the log-rank statistics of the eras less the stratified one, which comes
    beside it; of one curve the log-rank test of the eras.
    """
    if len(carrying) < 2:
        return _too_few(calendar, carrying), None
    inside = np.isin(calendar.codes, carrying)
    here = rows[inside]
    if (curves.weights[here] != 1).any():
        return Interaction(words="No test of interaction: weighted curves have no log-rank test."), None
    response, named = curves.response.take(here), _named(calendar, carrying)
    era = np.array(calendar.label_of_rows(inside), dtype=object)
    try:
        if len(curves.labels) == 1:
            test = logrank(response, era, method="asymptotic")
            words = f"Differences between eras: log-rank test{named}."
            return Interaction(words=words, statistic=test.statistic, df=test.df), None
        group = np.array([curves.labels[code] for code in curves.groups.codes[here]], dtype=object)
        together = logrank(response, group, strata=era, method="asymptotic")
        alone = [
            logrank(response.take(era == label), group[era == label], method="asymptotic")
            for label in dict.fromkeys(era.tolist())
        ]
    except HpcstatsError as error:
        return Interaction(words=f"No test of interaction: {error}"), None
    found = sum(test.statistic for test in alone) - together.statistic
    df = sum(test.df for test in alone) - together.df
    words = f"Interaction with the era: log-rank statistics of the eras less the stratified one{named}."
    return Interaction(words=words, statistic=max(float(found), 0.0), df=df), together


def _named(calendar: Calendar, carrying: list[int]) -> str:
    """Name the eras of a test that are not all."""
    left_out = [label for k, label in enumerate(calendar.labels) if k not in carrying]
    return f", without {', '.join(left_out)} (too few events)" if left_out else ""


def _too_few(calendar: Calendar, carrying: list[int]) -> Interaction:
    if len(calendar.labels) == 1:
        return Interaction(words="No test of interaction: there is one era.")
    number = "one era has" if len(carrying) == 1 else "no era has"
    return Interaction(words=f"No test of interaction: {number} enough events.")
