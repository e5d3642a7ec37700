"""How `logrank` finds its p-value: the methods, and what "auto" chooses."""

from __future__ import annotations

from math import nan

from hpcstats.compare.follow_up import follow_up_warning
from hpcstats.compare.imputation import imputation_permutation
from hpcstats.compare.log_rank.checks import Options
from hpcstats.compare.log_rank.comparison import Comparison
from hpcstats.compare.permutation.answer import Answer
from hpcstats.compare.permutation.distribution import PermutationDistribution
from hpcstats.compare.permutation.shares import Reading
from hpcstats.compare.permutation.standardised import StandardisedDistribution
from hpcstats.errors import NonIdentifiableWarning, warn
from hpcstats.randomness import generator_of

MOST_PATIENTS = 300
"""Patients up to which "auto" permutes."""

SEED_OF_AUTO = 0
"""Seed of a Monte-Carlo answer that nobody asked for by name, so that repeated calls agree."""

_WORDS = {
    "score": "|O - E| as large",
    "doubled": "twice the smaller one-sided p-value of O - E",
    "hypergeometric": "|O - E| over the hypergeometric standard deviation of each relabelling as large",
    "hothorn-lausen": "sum of the scores of Hothorn and Lausen as far from its mean",
    "average-scores": "sum of the scores averaged over the orders of tied events as far from its mean",
}
_EXCHANGEABLE = (
    "Labels are permuted within strata, each patient keeping time and event: follow-up (and delayed entry) "
    "must not depend on the group."
)
_COUNTED = "The data are one of the relabellings: p = (b + 1) / (m + 1) with b of m drawn as extreme."


def answer(comparison: Comparison, options: Options, asymptotic: float) -> Answer:
    """Find the p-value by the method asked for, or by the one that "auto" chooses."""
    if options.method == "asymptotic":
        return _asymptotic(asymptotic)
    unasked = options.method == "auto" and not options.scores_of_coin
    if unasked and comparison.case.sum() > MOST_PATIENTS:
        return _asymptotic(asymptotic, f"; chosen for more than {MOST_PATIENTS} patients")
    if unasked and comparison.response.entry is not None:
        return _asymptotic(asymptotic, "; chosen because patients of different entry are not exchangeable")
    way = _imputed if options.method == "imputation-permutation" else _permuted
    return way(comparison.written_out(), options)


def no_answer(options: Options) -> Answer:
    """Return what is said where the data compare nothing."""
    method = "asymptotic" if options.method == "auto" else options.method
    return Answer(p_value=nan, method=method, sentence="no p-value")


def _asymptotic(p_value: float, why: str = "") -> Answer:
    return Answer(p_value=p_value, method="asymptotic", sentence=f"asymptotic p-value (chi-squared{why})")


def _permuted(comparison: Comparison, options: Options) -> Answer:
    distribution: PermutationDistribution | StandardisedDistribution
    if options.definition == "hypergeometric":
        distribution = comparison.standardised()
    else:
        distribution = comparison.distribution(options.rule, exactly=options.method != "monte-carlo")
    text = follow_up_warning(comparison.response, comparison.groups)
    if text:
        warn(text, NonIdentifiableWarning)
    exactly, why = options.method == "exact", ""
    if options.method == "auto":
        exactly = comparison.case.size <= MOST_PATIENTS and distribution.countable
        why = "; chosen because they can be counted" if exactly else "; chosen because they are too many"
    reading = Reading(
        alternative=options.alternative, doubled=options.definition == "doubled", mid_p=options.mid_p
    )
    found = _exact(distribution, reading) if exactly else _monte_carlo(distribution, reading, options)
    return Answer(
        p_value=found.p_value,
        method=found.method,
        std_error=found.std_error,
        n_arrangements=distribution.n_arrangements,
        n_resamples=found.n_resamples,
        seed=found.seed,
        sentence=f"{found.sentence}{why} ({_extreme(comparison, options)})",
        warnings=(text,) if text else (),
        conventions=(_EXCHANGEABLE, *found.conventions),
    )


def _extreme(comparison: Comparison, options: Options) -> str:
    """Say what counts as extreme."""
    signed = len(comparison.groups.labels) == 2 or comparison.trend is not None
    words = _WORDS[options.definition] if signed else f"quadratic form, definition {options.definition}"
    return f"{words}, those equal counted half" if options.mid_p else words


def _exact(distribution: PermutationDistribution | StandardisedDistribution, reading: Reading) -> Answer:
    return Answer(
        p_value=reading.exact(distribution.exact()),
        method="exact",
        sentence=f"exact permutation p-value over all {_number(distribution.n_arrangements)} relabellings",
    )


def _monte_carlo(
    distribution: PermutationDistribution | StandardisedDistribution, reading: Reading, options: Options
) -> Answer:
    unasked = options.method == "auto" and options.seed is None
    generator, seed = generator_of(SEED_OF_AUTO if unasked else options.seed)
    counts = distribution.monte_carlo(options.n_resamples, generator)
    p_value, error = reading.monte_carlo(counts, options.n_resamples)
    return Answer(
        p_value=p_value,
        method="monte-carlo",
        std_error=error,
        n_resamples=options.n_resamples,
        seed=seed,
        sentence=(
            f"Monte-Carlo permutation p-value, {options.n_resamples:,} random relabellings, seed {seed}"
        ),
        conventions=(_COUNTED,),
    )


def _imputed(comparison: Comparison, options: Options) -> Answer:
    generator, seed = generator_of(options.seed)
    outcome = imputation_permutation(
        comparison.response,
        comparison.groups,
        comparison.layers,
        comparison.weigh,
        n_resamples=options.n_resamples,
        generator=generator,
        alternative=options.alternative,
        trend=comparison.trend,
    )
    return Answer(
        p_value=outcome.p_value,
        method="imputation-permutation",
        std_error=outcome.std_error,
        n_resamples=outcome.n_resamples,
        seed=seed,
        sentence=f"{outcome.method}, seed {seed}",
        conventions=outcome.conventions,
    )


def _number(value: int) -> str:
    return f"{value:,}" if value < 10**15 else f"{float(value):.3g}" if value < 10**300 else "very many"
