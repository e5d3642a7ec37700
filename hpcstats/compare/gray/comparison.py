"""`gray_test`: whether groups share one cumulative incidence of each cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray, IntArray
from hpcstats.compare.follow_up import follow_up_warning
from hpcstats.compare.gray.design import GrayDesign
from hpcstats.compare.gray.relabelled import Permuted, permuted
from hpcstats.compare.gray.result import GrayTest
from hpcstats.errors import DataError, NonIdentifiableWarning, UnsupportedError, check_option, warn
from hpcstats.groups import Groups, needs_kind
from hpcstats.randomness import generator_of, number_of_resamples
from hpcstats.surv import Surv

_SEE = "hs.compare_follow_up of Surv.right(time, any event) shows more."
METHODS = ("asymptotic", "permutation", "exact", "monte-carlo")
_ASYMPTOTIC = ("p-values are asymptotic (chi-squared). With few events write method='permutation'.",)


def gray_test(
    response: Surv,
    group: Any,
    *,
    strata: Any = None,
    rho: float = 0.0,
    method: str = "asymptotic",
    n_resamples: int = 10_000,
    seed: Any = None,
) -> GrayTest:
    r"""Whether two or more groups share one cumulative incidence, tested for each cause of competing events.

    Use it where the question is how many patients will have the event, others competing. The log-rank test
    of the cause, with other events censored, compares its rate among those still free of everything: the two
    can differ when the groups differ in the other causes, and a report that names one cause names them all.

    Parameters
    ----------
    response : Surv
        From `Surv.competing`, without delayed entry.
    group : column
        One label a row.
    strata : column, optional
        Groups are compared within strata, and the differences added up.
    rho : float
        Power of the weight (1 - F(t-))^rho, F the cumulative incidence of all groups; 0 weighs all times the
        same, 1 early ones more.
    method : {"asymptotic", "permutation", "exact", "monte-carlo"}
        How p-values are found. "permutation", for small groups: over all relabellings of the patients where
        they are at most 200,000, else over random ones; "exact" and "monte-carlo" ask for one of the two.
    n_resamples : int
        Random relabellings.
    seed : int, SeedSequence or Generator, optional
        Where they come from. None draws fresh entropy, which `seed` of the result states.

    Returns
    -------
    GrayTest
        With arrays `statistic`, `df`, `p_value` of the causes; ``test[cause].p_value``, `tests`, `to_frame`.

    Raises
    ------
    DesignError
        For a single group, and where there are no events.
    DataError, UnsupportedError
        For unusable columns, unknown options, delayed entry, and too many relabellings for "exact".

    Warns
    -----
    NonIdentifiableWarning
        When labels are permuted although the groups were noticeably not followed alike.

    Notes
    -----
    With R_g = n_g / S_g(t-), n_g at risk in group g, S_g and F_g its event-free proportion and cumulative
    incidence, and d_g events of the cause,

    .. math:: U_g = \sum_t (1 - \hat F(t-))^\rho \left( d_g - d\,
        \frac{R_g (1 - \hat F_g(t-))}{\sum_h R_h (1 - \hat F_h(t-))} \right)

    Chi-squared is U' V^- U with the variance of Gray 1988 (doi:10.1214/aos/1176350951); df is the rank of V.
    Equals R's ``cmprsk::cuminc``. A relabelling is evaluated anew, with its own variance; one without a
    variance counts as 0. Permutation p-values take the pairs (time, cause) as exchangeable.

    Examples
    --------
    Ten patients of two groups: chi-squared 4.516, p = .034; of the 252 ways to deal them out 12 are
    as extreme, p = .048.

    >>> import hpcstats as hs
    >>> y = hs.Surv.competing(
    ...     [1, 2, 2, 3, 4, 5, 5, 6, 7, 8],
    ...     [1, 2, 1, 0, 1, 2, 2, 0, 1, 0],
    ...     causes=["relapse", "death"],
    ... )
    >>> group = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    >>> hs.gray_test(y, group).to_frame().round(4)[
    ...     ["cause", "events", "statistic", "df", "p_value"]
    ... ]
         cause  events  statistic  df  p_value
    0  relapse       4     4.5157   1   0.0336
    1    death       3     0.8004   1   0.3710
    >>> hs.gray_test(y, group, method="permutation")["relapse"].p_value
    0.047619047619047616
    """
    needs_kind(
        response, ("competing",), "gray_test", "Write Surv.competing; for one kind of event use hs.logrank."
    )
    check_option("method", method, METHODS)
    if not _is_finite_number(rho):
        raise DataError(f"rho must be a finite number, not {rho!r}. Write rho=0 for equal weights.")
    if response.entry is not None:
        raise UnsupportedError(
            "gray_test is not defined for delayed entry. Compare cause-specific hazards with hs.logrank, or "
            "fit hs.cox with the other causes censored."
        )
    number_of_resamples(n_resamples)
    generator_of(seed)
    groups, layers = Groups.compared(group, response), Groups.of(strata, response, "strata")
    design = GrayDesign.of(response, groups, layers, float(rho))
    return _tested(design, method, n_resamples, seed, stratified=strata is not None)


def _is_finite_number(value: Any) -> bool:
    plain = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return plain and bool(np.isfinite(value))


def _tested(design: GrayDesign, method: str, n_resamples: int, seed: Any, *, stratified: bool) -> GrayTest:
    response, groups = design.response, design.groups
    each = [design.scores(cause + 1, groups.codes[None]) for cause in range(len(response.causes))]
    scores, variance = (np.concatenate(parts) for parts in zip(*each, strict=True))
    value, df = _statistics(design)
    asymptotic = np.array([chdtrc(d, x) if d else np.nan for d, x in zip(df, value, strict=True)])
    text = follow_up_warning(_any_cause(response), groups) if method != "asymptotic" else ""
    if text:
        text = f"{text.split(' Write method=')[0]} {_SEE}"
        warn(text, NonIdentifiableWarning)
    found = (
        _asymptotic(asymptotic)
        if method == "asymptotic"
        else permuted(design, value, method, n_resamples, seed)
    )
    weight = f" with weights (1 - F)^{design.rho:g}" if design.rho else ""
    kind = "Stratified Gray's test" if stratified else "Gray's test"
    known = df > 0
    return GrayTest(
        n=len(response),
        n_events=response.n_events,
        method=f"{kind} of each cause{weight}, {found.sentence}.",
        conventions=("At equal times events precede censorings.", *found.conventions),
        warnings=(text,) if text else (),
        status="ok" if known.all() else "boundary" if known.any() else "not_estimable",
        reason="; ".join(reason for reason in _reasons(design, df) if reason),
        response=response,
        groups=groups,
        statistic=value,
        df=df,
        p_value=found.p_value,
        p_value_asymptotic=asymptotic,
        p_value_std_error=found.std_error,
        p_value_method=found.method,
        reasons=_reasons(design, df),
        scores=scores,
        variance=variance,
        n_arrangements=found.n_arrangements or None,
        n_resamples=found.n_resamples,
        seed=found.seed,
        rho=design.rho,
    )


def _statistics(design: GrayDesign) -> tuple[FloatArray, IntArray]:
    """Return chi-squared and degrees of freedom of each cause, NaN and 0 without a variance."""
    causes = range(1, len(design.response.causes) + 1)
    found = [design.statistics(cause, design.groups.codes[None]) for cause in causes]
    df = np.array([rank[0] for _, rank in found], dtype=np.int64)
    value = np.array([statistic[0] for statistic, _ in found])
    return np.where(df > 0, value, np.nan), df


def _asymptotic(p_value: FloatArray) -> Permuted:
    return Permuted(
        p_value=p_value,
        std_error=np.full(p_value.size, np.nan),
        method="asymptotic",
        sentence="asymptotic p-values (chi-squared)",
        conventions=_ASYMPTOTIC,
        n_arrangements=0,
    )


def _any_cause(response: Surv) -> Surv:
    return replace(response, kind="right", status=response.event.astype(np.int64), causes=())


def _reasons(design: GrayDesign, df: IntArray) -> tuple[str, ...]:
    """Say for each cause why it has no test."""
    found = []
    for number, (cause, rank) in enumerate(zip(design.response.causes, df, strict=True), start=1):
        if rank:
            found.append("")
        elif not (design.response.status == number).any():
            found.append(f"{cause}: no events")
        else:
            found.append(f"{cause}: at no event were two groups at risk, or nothing varies")
    return tuple(found)
