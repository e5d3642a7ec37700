"""`CoxTerm`: a hazard ratio of a Cox model as the answer of a specification."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtr

from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.groups import needs_kind
from hpcstats.regression.choices import Choices, Penalty
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.specifications.cox_labels import relabelling_of
from hpcstats.sensitivity.specifications.cox_model import CoxModel
from hpcstats.sensitivity.specifications.cox_relabelling import LIKELIHOOD_RATIO, WALD
from hpcstats.sensitivity.specifications.outcome import Outcome
from hpcstats.sensitivity.specifications.shared import Shared, fingerprint
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxTerm:
    """A hazard ratio of a Cox model, stated for a multiverse: fitted as `hpcstats.cox` fits it.

    Return it from the function that builds a specification. Specifications that share response and data (the
    same objects, as a step prepared them, unchanged in between) share the design; those of equal data, tie
    rule and penalty share the fit. Rows that miss a covariate are left out.

    Attributes
    ----------
    response : Surv
        From `Surv.right` or `Surv.counting`; with identifiers, if the curve is to be tested by permutation.
    data : frame
        Covariates by name, one row for each row of `response`.
    formula : str or sequence of str
        As in `hpcstats.cox`.
    term : str, optional
        The coefficient: its name, or that of a factor with one column. Default: the first factor.
    ties, penalty, interval : str, optional
        As in `hpcstats.cox`.
    strata, cluster, robust : optional
        As in `hpcstats.cox`.
    label : str
        What is estimated, as it is printed.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import CoxTerm, multiverse
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1])
    >>> data = {"x": [1, 0, 1, 0, 1, 0]}
    >>> def build(penalty):
    ...     return CoxTerm(response=y, data=data, formula=["x"], penalty=penalty)
    >>> options = {"penalty": {"none": None, "Firth": "firth"}}
    >>> multiverse(options, build, main={"penalty": "Firth"}).to_frame()[
    ...     ["penalty", "estimate"]
    ... ].round(2)
      penalty  estimate
    0    none      3.35
    1   Firth      2.60
    """

    response: Surv
    data: Any
    formula: str | Sequence[str]
    term: str | None = None
    ties: str = "efron"
    penalty: Penalty | None = None
    interval: str = "auto"
    strata: Any = None
    cluster: Any = None
    robust: bool | str | None = None
    label: str = "Hazard ratio"

    def check(self, level: float) -> None:
        """Refuse what is stated wrongly, whatever the data.

        Raises
        ------
        UnsupportedError, DataError
            For no response, or options outside their vocabulary.
        """
        needs_kind(self.response, ("right", "counting"), "CoxTerm", "It needs Surv.right or Surv.counting.")
        Choices.checked(self.ties, self.penalty, self.interval, level, self.robust)

    def solve(self, shared: Shared, level: float) -> Outcome:
        """Fit the model, or share its fit, and read the coefficient.

        Raises
        ------
        HpcstatsError
            As `hpcstats.cox`.
        """
        choices = Choices.checked(self.ties, self.penalty, self.interval, level, self.robust)
        model = self._model(shared)
        column = model.position(self.term)
        fit = model.fit(choices, shared)
        likelihood_ratio = fit.penalty is not None and fit.interval == "profile"
        rule = model.rule(self.ties)
        key = (model.digest, column, rule, repr(self.penalty))
        asked = (*key, fit.interval, fit.variance, level)
        low, high = shared.once(("limits", *asked), lambda: _limits(fit, column, level))
        p_value = shared.once(
            ("p-value", *asked), lambda: _p_value(fit, column, likelihood_ratio=likelihood_ratio)
        )
        return Outcome(
            estimate=float(fit.coef[column]),
            low=low,
            high=high,
            p_value=p_value,
            n=fit.n,
            n_events=fit.n_events,
            label=self.label,
            logarithmic=True,
            null=0.0,
            status=fit.statuses[column],
            reason=fit.reasons[column],
            beyond=_beyond(fit, column),
            patients=fit.patients(),
            relabelling=shared.once(("relabelling", *key), lambda: relabelling_of(model, fit, column, rule)),
            test=LIKELIHOOD_RATIO if likelihood_ratio else WALD,
        )

    def _model(self, shared: Shared) -> CoxModel:
        given = (self.response, self.data, self.formula, self.strata, self.cluster)
        beside = tuple(one for one in (self.data, self.strata, self.cluster) if not isinstance(one, str))
        key = ("design", *(shared.name(one) for one in given), *(fingerprint(one) for one in beside))

        def made() -> CoxModel:
            return CoxModel.of(
                self.response, self.data, self.formula, strata=self.strata, cluster=self.cluster
            )

        return shared.once(key, made)


def _beyond(fit: CoxFit, column: int) -> int:
    """Tell whether a coefficient without an estimate goes to plus (1) or to minus infinity (-1)."""
    falls, rises = fit.search.open_sides[:, column]
    return int(rises) - int(falls) if math.isnan(fit.coef[column]) else 0


def _limits(fit: CoxFit, column: int, level: float) -> tuple[float, float]:
    """Return the limits of one coefficient: of the kind asked for, by profile where no other exists."""
    if fit.interval == "profile" or math.isnan(fit.coef[column]):
        interval = fit.profile_interval(fit.terms[column], level)
        return interval.low, interval.high
    if fit.degrees_of_freedom is not None or np.isnan(fit.coef).any():
        return float(fit.low[column]), float(fit.high[column])
    margin = normal_quantile(level) * fit.std_error[column]
    return float(fit.coef[column] - margin), float(fit.coef[column] + margin)


def _p_value(fit: CoxFit, column: int, *, likelihood_ratio: bool) -> float:
    """Return the p-value that `CoxFit.to_frame` gives the coefficient."""
    if likelihood_ratio:
        held = np.arange(len(fit.terms))[None] == column
        fallen = fit.search.maximum - float(fit.search.without(held)[0])
        statistic = math.sqrt(max(2 * fallen, 0.0))
    else:
        statistic = abs(float(fit.coef[column] / fit.std_error[column]))
    if fit.degrees_of_freedom is not None:
        return float(2 * stdtr(fit.degrees_of_freedom, -statistic))
    return float(2 * ndtr(-statistic))
