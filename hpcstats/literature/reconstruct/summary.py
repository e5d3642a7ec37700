"""`from_summary`: every data set of cases that a published summary allows."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from typing import Any

from hpcstats.errors import DataError, UnsupportedError, check_option
from hpcstats.literature.reconstruct.constraints import (
    AllOf,
    Constraint,
    Maximum,
    Mean,
    Minimum,
    StandardDeviation,
)
from hpcstats.literature.reconstruct.constraints_counts import Contains, Count, Within
from hpcstats.literature.reconstruct.constraints_quantiles import Median, Quantile
from hpcstats.literature.reconstruct.constraints_stated import unit_of_grid
from hpcstats.literature.reconstruct.summary_bounds import CompatibleBounds, bounds_of
from hpcstats.literature.reconstruct.summary_contradiction import contradiction, told, values_words
from hpcstats.literature.reconstruct.summary_grid import can_hold, draft_of, plan_of
from hpcstats.literature.reconstruct.summary_rows import Rows, rows_of
from hpcstats.literature.reconstruct.summary_sets import CompatibleDataSets
from hpcstats.randomness import generator_of

METHODS = ("auto", "enumerate", "sample")
_SINGLE = {
    "mean": Mean,
    "sd": StandardDeviation,
    "median": Median,
    "minimum": Minimum,
    "maximum": Maximum,
}
_CONVENTIONS = (
    "Both ends of what a rounded number stands for belong to it.",
    "A data set is a multiset of values; each counts once, whoever has which value.",
    "Shares of data sets are no probabilities.",
)


def from_summary(
    n: int,
    *,
    mean: Any = None,
    sd: Any = None,
    median: Any = None,
    minimum: Any = None,
    maximum: Any = None,
    quantiles: Mapping[Any, Any] | None = None,
    counts: Mapping[Any, int] | Constraint | Iterable[Constraint] | None = None,
    known: Iterable[Any] = (),
    constraints: Constraint | Iterable[Constraint] | None = None,
    grid: Any = 1,
    scale: tuple[Any, Any] = (0, None),
    unit: str = "years",
    method: str = "auto",
    n_samples: int = 100_000,
    seed: Any = None,
) -> CompatibleDataSets | CompatibleBounds:
    """All data sets of single cases that agree with a published summary.

    Use it where a paper gives mean, range or counts and no single values: to see what the summary leaves
    open (the survival curve, the median, any estimate), or to prove that it is impossible. Do not use it to
    make data for an analysis: no data set of the many is the one.

    Parameters
    ----------
    n : int
        Number of values.
    mean, sd, median, minimum, maximum : number, str or Stated, optional
        As printed. The printed digits say the rounding: ``"2.20"`` stands for 2.195 to 2.205, 5 for 4.5 to
        5.5; `Stated` says it otherwise. `sd` has the divisor n - 1.
    quantiles : mapping, optional
        Probability to the quantile as printed, in the definition of R and Excel; others by `Quantile`.
    counts : mapping or sequence of Count, optional
        A threshold to how many values are at most this: ``{5: 5}`` for "5 of 9 within 5 years".
    known : sequence, optional
        Values known one by one, each of a case of its own: numbers, text or `Stated`.
    constraints : Constraint or sequence of Constraint, optional
        Further statements, combined with ``&``: ``Mean(5) & Range(0, 16) & Contains(8)``.
    grid : number, str or None
        Unit in which the values are whole numbers: 1, 0.5, ``"1/12"``. None: any real value.
    scale : (number or None, number or None)
        Limits that no value exceeds and that need not be reached; default: nothing negative.
    unit : str
        Unit of the values, for words.
    method : {"auto", "enumerate", "sample"}
        List all data sets, or draw a uniform sample; "auto" lists up to 1,000,000.
    n_samples : int
        Size of the sample.
    seed : int, SeedSequence, Generator or None
        Of the sample.

    Returns
    -------
    CompatibleDataSets or CompatibleBounds
        The data sets; without a grid the limits of the sorted values.

    Raises
    ------
    DataError
        For what is no number, count or statement.
    DesignError
        Without any statement, or if nothing limits the values.
    UnsupportedError
        If there are too many data sets to be listed or counted.

    Notes
    -----
    The sorted values are filled in place by place; the number of ways to go on depends on the value before,
    the running sum (and sum of squares) and the known values still missing, and is counted exactly by dynamic
    programming. A data set is then looked up by its rank, so that a uniform rank gives a uniform multiset
    without rejection. Beyond 2^62 data sets the numbers of ways are floating point, and each place is drawn
    by itself. Where the table with sums of squares would be too large, data sets are drawn near the standard
    deviation and kept at random, which again makes them uniform; their count is then an estimate.
    Kind: GRIM (Brown & Heathers 2017, doi:10.1177/1948550616673876), SPRITE (Heathers et al. 2018,
    doi:10.7287/peerj.preprints.26968v1), CORVIDS (Wilner, Wood & Simons 2018).

    An impossible summary gives a result with `possible` False, which names in `contradiction` a set of
    statements that no data set meets, though it does without any one of them.

    Examples
    --------
    >>> from hpcstats.literature.reconstruct import from_summary
    >>> nine = from_summary(9, mean=5, minimum=0, maximum=16)
    >>> nine
    <CompatibleDataSets: 12,552 data sets of 9 values agree with the summary>
    >>> nine.median().range_words()
    '0 to 8'
    >>> print(from_summary(28, mean="5.19").reason)
    No data set of 28 values in whole years (values from 0) has mean 5.19 (5.185 to 5.195)
    """
    size = _whole_number(n, "n", "how many values were summarised")
    check_option("method", method, METHODS)
    n_samples = _whole_number(n_samples, "n_samples", "how many data sets are drawn")
    single = {"mean": mean, "sd": sd, "median": median, "minimum": minimum, "maximum": maximum}
    statements = _statements(single, quantiles, counts, known, constraints)
    background = Within(*scale)
    words = "; ".join(map(str, statements))
    if grid is None:
        return bounds_of(size, statements, background, unit, words)
    step = unit_of_grid(grid)
    generator, text = generator_of(seed)
    plan = plan_of(draft_of(size, [background, *statements]), step)
    rows = None
    if plan is not None:
        try:
            rows = rows_of(plan, method, n_samples, generator)
        except UnsupportedError:
            # No sample was found or could be made: it is only an answer to prove that there is none.
            if plan.spread is None or can_hold(size, [background, *statements], step):
                raise
    possible = rows is not None and rows.count > 0
    against = () if possible else contradiction(size, statements, background, step)
    described = f"{values_words(size, step, unit)} with {words}"
    return CompatibleDataSets(
        n=size,
        n_events=size,
        method=_method(rows if possible else None, described, text),
        conventions=_CONVENTIONS,
        status="ok" if possible else "not_estimable",
        reason="" if possible else told(size, against, background, step, unit),
        statements=statements,
        contradiction=against,
        grid=step,
        unit=unit,
        count=rows.count if rows is not None else 0,
        count_is_exact=rows is None or rows.exact,
        complete=rows is None or rows.complete,
        seed=text,
        rows=rows if possible else None,
    )


def _whole_number(given: Any, name: str, meaning: str) -> int:
    whole = isinstance(given, numbers.Integral) and not isinstance(given, bool)
    if not whole or given < 1:
        raise DataError(f"{name}={given!r} must be a whole number from 1 on: {meaning}.")
    return int(given)


def _statements(
    single: Mapping[str, Any],
    quantiles: Mapping[Any, Any] | None,
    counts: Mapping[Any, int] | Constraint | Iterable[Constraint] | None,
    known: Iterable[Any],
    constraints: Constraint | Iterable[Constraint] | None,
) -> tuple[Constraint, ...]:
    """Collect what was said, whichever way."""
    said: list[Any] = [_SINGLE[name](value) for name, value in single.items() if value is not None]
    said += [Quantile(probability, value) for probability, value in (quantiles or {}).items()]
    if isinstance(counts, Mapping):
        said += [Count(number, at_most=limit) for limit, number in counts.items()]
    else:
        said += [counts] if isinstance(counts, Constraint) else list(counts or ())
    said += [value if isinstance(value, Contains) else Contains(value) for value in known]
    said += [constraints] if isinstance(constraints, Constraint) else list(constraints or ())
    strangers = [one for one in said if not isinstance(one, Constraint)]
    if strangers:
        raise DataError(
            f"{strangers[0]!r} is no statement. Write for instance Mean(5) or Count(5, at_most=5)."
        )
    return AllOf(tuple(said)).parts()


def _method(rows: Rows | None, described: str, seed: str) -> str:
    if rows is None:
        return f"No data set of {described} exists: none was left when all were counted."
    number = f"{rows.count:,}" if isinstance(rows.count, int) else f"{rows.count:.3g}"
    if rows.complete and rows.count == 1:
        return f"The only data set (multiset) of {described} was found."
    if rows.complete:
        return f"All {number} data sets (multisets) of {described} were listed."
    known = "" if rows.exact else "about "
    way = "by their rank" if rows.kept is None else "and kept if they agree with the standard deviation"
    return (
        f"{rows.size:,} of {known}{number} data sets (multisets) of {described} were drawn uniformly {way} "
        f"(seed {seed})."
    )
