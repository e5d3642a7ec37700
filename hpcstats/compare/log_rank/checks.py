"""The options of `logrank`: their names, and which of them go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core import logrank as kernel
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option, listing, unknown_option
from hpcstats.groups import ALTERNATIVES, Groups
from hpcstats.randomness import generator_of
from hpcstats.surv import Surv

METHODS = ("auto", "asymptotic", "exact", "monte-carlo", "imputation-permutation")
VARIANCES = {
    "hypergeometric": "Hypergeometric variance, given the margins at each event time.",
    "permutation": "Variance over all relabellings.",
}
DEFINITIONS = {
    "score": "score",
    "doubled": "doubled",
    "hypergeometric": "hypergeometric",
    "hothorn-lausen": "hothorn-lausen",
    "average-scores": "average-scores",
    # The words of R's coin and perm.
    "mid-ranks": "score",
    "central": "doubled",
    "Hothorn-Lausen": "hothorn-lausen",
}
Weighting = str | tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the p-value is to be found.

    Attributes
    ----------
    method, alternative, variance, definition : str
        As `logrank` takes them, the definition under its one name.
    mid_p : bool
        Whether relabellings as extreme as the data count half.
    n_resamples : int
        Random relabellings.
    seed : Any
        As `generator_of` takes it.
    """

    method: str
    alternative: str
    variance: str
    definition: str
    mid_p: bool
    n_resamples: int
    seed: Any

    @property
    def rule(self) -> str:
        """The scores that are permuted."""
        return self.definition if self.definition in {"hothorn-lausen", "average-scores"} else "martingale"

    @property
    def scores_of_coin(self) -> bool:
        """Whether the scores have no hypergeometric variance, and none other was asked for."""
        return self.rule != "martingale" and self.variance == "hypergeometric"


def checked_options(
    method: Any, alternative: Any, variance: Any, definition: Any, mid_p: Any, n_resamples: Any, seed: Any
) -> Options:
    """Refuse unknown options, and those that contradict each other."""
    check_option("method", method, METHODS)
    check_option("alternative", alternative, ALTERNATIVES)
    check_option("variance", variance, VARIANCES)
    if not isinstance(definition, str) or definition not in DEFINITIONS:
        raise unknown_option("definition", definition, [name for name in DEFINITIONS if name.islower()])
    generator_of(seed)
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, (int, np.integer)) or n_resamples < 1:
        raise DataError(f"n_resamples must be a whole number, 1 or more, not {n_resamples!r}.")
    if not isinstance(mid_p, (bool, np.bool_)):
        raise DataError(f"mid_p must be True or False, not {mid_p!r}.")
    options = Options(
        method=method,
        alternative=alternative,
        variance=variance,
        definition=DEFINITIONS[definition],
        mid_p=bool(mid_p),
        n_resamples=int(n_resamples),
        seed=seed,
    )
    if mid_p and method in {"asymptotic", "imputation-permutation"}:
        raise UnsupportedError(f"mid_p is not defined for method={method!r}. Write method='exact'.")
    if method == "imputation-permutation" and options.definition != "score":
        raise UnsupportedError(
            f"definition={definition!r} is not defined for method={method!r}. Leave it out, or write "
            "method='exact'."
        )
    if method == "asymptotic" and options.scores_of_coin:
        raise UnsupportedError(
            f"The scores {definition!r} have no hypergeometric variance. Write variance='permutation'."
        )
    return options


def weight_function(weights: Any) -> tuple[kernel.WeightFunction, str]:
    """Return the weights by time and their name."""
    if isinstance(weights, str) and weights in kernel.WEIGHTS:
        return kernel.WEIGHTS[weights], weights
    if isinstance(weights, tuple) and len(weights) == 3 and weights[0] == "fleming-harrington":
        rho, gamma = (w if isinstance(w, (int, float)) else -1.0 for w in weights[1:])
        if rho >= 0 and gamma >= 0:
            return kernel.fleming_harrington(rho, gamma), f"Fleming-Harrington ({rho:g}, {gamma:g})"
        raise UnsupportedError("rho and gamma of the Fleming-Harrington weights must be numbers, 0 or more.")
    raise unknown_option("weights", weights, [*kernel.WEIGHTS, "('fleming-harrington', rho, gamma)"])


def checked_design(
    response: Surv, groups: Groups, case: FloatArray, options: Options, trend: Sequence[float] | None
) -> FloatArray | None:
    """Refuse what cannot be compared; return the scores of the trend."""
    if len(groups.labels) < 2:
        raise DesignError(f"group has only one label ({groups.labels[0]!r}). A comparison needs two.")
    for number in range(len(groups.labels)):
        groups.counted_rows(number, case)
    if not (response.event & (case > 0)).any():
        raise DesignError(
            "There are no events, so there is nothing to compare. Report the follow-up instead."
        )
    signed = len(groups.labels) == 2 or trend is not None
    if options.alternative != "two-sided" and not signed:
        raise DesignError(
            f"alternative={options.alternative!r} needs two groups or a trend, not {listing(groups.labels)}."
        )
    if options.definition == "doubled" and not signed:
        raise DesignError(f"definition='doubled' needs two groups or a trend, not {listing(groups.labels)}.")
    if response.entry is not None and options.rule != "martingale":
        raise UnsupportedError(
            f"The scores {options.rule!r} are not defined for delayed entry. Write definition='score'."
        )
    if trend is None:
        return None
    scores = as_numbers(trend, "trend")
    if scores.size != len(groups.labels) or not np.isfinite(scores).all() or np.ptp(scores) == 0:
        raise DesignError(
            f"trend needs one number for each of the groups {listing(groups.labels)}, not all equal."
        )
    return scores
