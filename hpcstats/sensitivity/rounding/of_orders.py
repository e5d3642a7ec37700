"""Bounds of the log-rank test and of hazard ratios: what depends on the order of the times alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.permutation.many_orders import chi_squared_tail, cox_coefficients, logrank_statistics
from hpcstats.core.risk_sets import distinct_times
from hpcstats.core.rounding import hazard as rounding_hazard
from hpcstats.core.rounding.compatible_times import Ranges
from hpcstats.core.rounding.order_search import SLOTS, Statistic, candidates, search
from hpcstats.core.rounding.weak_orders import all_orders
from hpcstats.design import Design, build_design
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option, listing
from hpcstats.findings import design_problems, refuse
from hpcstats.sensitivity.rounding.reported import Reported
from hpcstats.sensitivity.rounding.result import Bound, Bounded
from hpcstats.sensitivity.rounding.work import Work

TIES = ("efron", "breslow")
_AT_ONCE = 2_000_000


def logrank(given: Reported, work: Work) -> Iterator[Bounded]:
    """Bound the statistic of the log-rank test and its asymptotic p-value."""
    codes, number = given.groups.codes, len(given.groups.labels)
    if number < 2:
        raise DesignError("A log-rank test needs two groups or more. Give group=, one label a row.")
    event, ranges = given.event, given.ranges

    def statistic(orders: IntArray) -> FloatArray:
        return logrank_statistics(orders, event, codes, number)[0]

    known = [] if number > 2 else _hazard_extremes(ranges, codes == 1, work)
    low, high = _extremes(ranges, codes, statistic, work, known)
    reported = None if given.point is None else distinct_times(given.point.time)[1][None]
    rows = np.arange(event.size)

    def both(order: IntArray | None) -> tuple[float, float]:
        if order is None:
            return np.nan, np.nan
        value, rank = logrank_statistics(order[None], event, codes, number)
        return float(value[0]), chi_squared_tail(float(value[0]), int(rank[0]))

    estimate = both(None if reported is None else reported[0])
    small, large = both(low.order), both(high.order)
    for quantity, at, ends in (("statistic", 0, (low, high)), ("p_value", 1, (high, low))):
        values = (small[at], large[at]) if at == 0 else (large[at], small[at])
        yield Bounded(
            labels={"quantity": quantity},
            estimate=estimate[at],
            low=_with_value(ends[0], values[0]),
            high=_with_value(ends[1], values[1]),
            rows=rows,
            further={},
        )


def _with_value(bound: Bound, value: float) -> Bound:
    return Bound(value=value, exact=bound.exact, order=bound.order, slots=bound.slots)


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """The columns whose hazard ratios are bounded."""

    terms: tuple[str, ...]
    matrix: FloatArray
    asked: tuple[int, ...]

    @classmethod
    def of(cls, given: Reported, data: Any, formula: Any, term: str | None) -> Covariates:
        """Read the covariates: columns of `data`, or the second group against the first."""
        terms, matrix = _of_groups(given) if data is None else _of_table(given, data, formula)
        if term is not None and term not in terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(terms)}.")
        asked = tuple(range(len(terms))) if term is None else (terms.index(term),)
        refuse(design_problems(matrix, terms, int(given.event.sum())))
        return cls(terms, matrix, asked)

    @property
    def binary(self) -> tuple[BoolArray, float] | None:
        """Who has the larger of two values of the only column, and the difference; None with others."""
        values = np.unique(self.matrix[:, 0])
        if len(self.terms) > 1 or values.size != 2:
            return None
        return self.matrix[:, 0] == values[1], float(values[1] - values[0])


def _of_groups(given: Reported) -> tuple[tuple[str, ...], FloatArray]:
    labels = given.groups.labels
    if len(labels) != 2:
        raise DesignError(
            f"A hazard ratio needs two groups, not {len(labels)}. Give group= with two labels, or data= and "
            "formula= for other covariates."
        )
    return (f"{labels[1]} / {labels[0]}",), given.groups.codes[:, None].astype(np.float64)


def _of_table(given: Reported, data: Any, formula: Any) -> tuple[tuple[str, ...], FloatArray]:
    if len(given.groups.labels) > 1:
        raise UnsupportedError("Give group, or data with formula, not both.")
    design: Design = build_design(data, formula, given.response)
    return tuple(design.terms), np.asarray(design.matrix, dtype=np.float64)


def hazard_ratio(given: Reported, covariates: Covariates, ties: str, work: Work) -> Iterator[Bounded]:
    """Bound the hazard ratio of each term asked for."""
    check_option("ties", ties, TIES)
    matrix, event, ranges = covariates.matrix, given.event, given.ranges
    alike = np.unique(matrix, axis=0, return_inverse=True)[1].reshape(-1)
    efron = ties == "efron"
    point = None if given.point is None else distinct_times(given.point.time)[1][None]
    for column in covariates.asked:

        def coefficient(orders: IntArray, column: int = column) -> FloatArray:
            return cox_coefficients(orders, event, matrix, efron=efron)[:, column]

        pair = covariates.binary if efron else None
        found = None if pair is None else _by_groups(ranges, *pair, work)
        low, high = found or _extremes(ranges, alike, coefficient, work, [])
        with np.errstate(over="ignore"):
            estimate = np.nan if point is None else float(np.exp(coefficient(point)[0]))
            yield Bounded(
                labels={"term": covariates.terms[column]},
                estimate=estimate,
                low=_with_value(low, float(np.exp(low.value))),
                high=_with_value(high, float(np.exp(high.value))),
                rows=np.arange(event.size),
                further={},
            )


def _by_groups(ranges: Ranges, second: BoolArray, width: float, work: Work) -> tuple[Bound, Bound] | None:
    """Bound the coefficient of two groups exactly; None where that takes too many choices."""
    found = []
    for sign, group in ((-1.0, ~second), (1.0, second)):
        extreme = rounding_hazard.largest_log_ratio(ranges, group, limit=work.choices)
        if extreme is None:
            return None
        value, order = extreme
        found.append(Bound(value=sign * value / width, exact=True, order=order, slots=rounding_hazard.SLOTS))
    return found[0], found[1]


def _hazard_extremes(ranges: Ranges, second: BoolArray, work: Work) -> list[IntArray]:
    """Return the orders with the extreme hazard ratios, good starts for a search, as keys of a search."""
    if not (ranges.event[second].any() and ranges.event[~second].any()):
        return []
    found = _by_groups(ranges, second, 1.0, work) or ()
    return [bound.order // bound.slots * SLOTS + bound.order % bound.slots for bound in found]


def _extremes(
    ranges: Ranges, label: IntArray, statistic: Statistic, work: Work, known: Sequence[IntArray]
) -> tuple[Bound, Bound]:
    """Return the smallest and the largest statistic: of all orders, or as far as a search finds them."""
    orders = all_orders(ranges, label, work.limit)
    if orders is not None:
        values = _in_pieces(statistic, orders)
        low, high = int(np.argmin(values)), int(np.argmax(values))
        slots = label.size + 1
        return (
            Bound(value=float(values[low]), exact=True, order=orders[low], slots=slots),
            Bound(value=float(values[high]), exact=True, order=orders[high], slots=slots),
        )
    keys = candidates(ranges)
    starts = work.starts(keys, [*known, *(np.array([own[at] for own in keys]) for at in (0, -1))])
    found = []
    for sign in (-1.0, 1.0):
        value, order = search(statistic, keys, starts, sign)
        found.append(Bound(value=value, exact=False, order=order, slots=SLOTS))
    return found[0], found[1]


def _in_pieces(statistic: Callable[[IntArray], FloatArray], orders: IntArray) -> FloatArray:
    rows = max(1, _AT_ONCE // (8 * orders.shape[1]))
    return np.concatenate([statistic(orders[k : k + rows]) for k in range(0, len(orders), rows)])
