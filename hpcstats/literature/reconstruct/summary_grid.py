"""From the demands of statements to rules for whole numbers: every limit as a multiple of the grid."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hpcstats.core.risk_sets import BoolArray
from hpcstats.core.summaries.compatible_sets import is_possible
from hpcstats.core.summaries.machine import machine
from hpcstats.core.summaries.rules import Rules, cells
from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.literature.reconstruct.constraints import Constraint
from hpcstats.literature.reconstruct.constraints_draft import Draft, Mixture
from hpcstats.literature.reconstruct.summary_spans import Spans, greatest_multiple, least_multiple

LARGEST_TABLE = 32_000_000
"""Numbers in the table of all places: 256 MB."""

_LARGEST_PLACE = 16_000_000
_MOST_STATES = 4096
_MOST_NUMBERS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Rules for whole numbers 0, 1, ..., which stand for ``(first + number) * unit``.

    Attributes
    ----------
    unit : Fraction
        The grid.
    first : int
        What number 0 stands for, in units.
    rules : Rules
        For the table.
    spread : (int, int) or None
        Limits of the spread that the table leaves out because it would be too large.
    """

    unit: Fraction
    first: int
    rules: Rules
    spread: tuple[int, int] | None = None

    def check_size(self) -> None:
        """Refuse a table that is too large to be made."""
        size = cells(self.rules) * self.rules.n
        if size > LARGEST_TABLE:
            raise UnsupportedError(
                f"Counting these data sets takes a table of {size:,} numbers, more than {LARGEST_TABLE:,}. "
                "Take a coarser grid, a narrower scale, or state a maximum."
            )


def draft_of(n: int, statements: Iterable[Constraint]) -> Draft:
    """Write what the statements demand of n values into one draft."""
    draft = Draft(n)
    for statement in statements:
        statement.demand(draft)
    return draft


def plan_of(draft: Draft, unit: Fraction, *, ending: bool = True) -> Plan | None:
    """Turn the demands into rules for multiples of `unit`; None if they contradict each other at sight.

    Parameters
    ----------
    draft : Draft
        The demands.
    unit : Fraction
        The grid.
    ending : bool
        Refuse values without an upper or lower limit. False sets an end beyond which nothing changes whether
        the demands can be met.

    Raises
    ------
    DesignError
        If the statements do not limit the values on both sides.
    """
    if draft.failed:
        return None
    spans = Spans.of(draft, unit)
    spans.tighten()
    if ending and not spans.limited:
        if not _is_possible(plan_of(draft, unit, ending=False), unit):
            return None
        raise DesignError(
            "The statements do not limit the values: infinitely many data sets agree with them. State a "
            "maximum (and, for values below 0, a minimum), or give the scale."
        )
    first, last = spans.ends if spans.limited else spans.far_ends(draft, unit)
    if first > last or not spans.consistent:
        return None
    return _with_or_without_spread(_rules(draft, spans, unit, first, last), unit, first)


def can_hold(n: int, statements: Iterable[Constraint], unit: Fraction) -> bool:
    """Tell whether any data set on the grid agrees with the statements.

    Raises
    ------
    UnsupportedError
        If that cannot be decided within the memory that is allowed.
    """
    return _is_possible(plan_of(draft_of(n, statements), unit, ending=False), unit)


def _is_possible(plan: Plan | None, unit: Fraction) -> bool:
    if plan is None:
        return False
    rules = plan.rules if plan.spread is None else replace(plan.rules, spread=plan.spread)
    if rules.spread is None or rules.sums is not None:
        return _any_vector(rules, unit)
    # Each sum by itself: about its own mean the table stays small.
    low, high = int(rules.lowest.sum()), int(rules.highest.sum())
    sums = sorted(range(low, high + 1), key=lambda total: abs(2 * total - low - high))
    return any(_any_vector(replace(rules, sums=(total, total)), unit) for total in sums)


def _any_vector(rules: Rules, unit: Fraction) -> bool:
    if cells(rules) > _LARGEST_PLACE:
        raise UnsupportedError(
            f"Whether the statements can hold together is too large a question on a grid of {unit}: a table "
            f"of {cells(rules):,} numbers a place. Take a coarser grid."
        )
    return is_possible(rules)


def _with_or_without_spread(rules: Rules | None, unit: Fraction, first: int) -> Plan | None:
    if rules is None:
        return None
    if rules.spread is not None and cells(rules) * rules.n > LARGEST_TABLE:
        return Plan(unit=unit, first=first, rules=replace(rules, spread=None), spread=rules.spread)
    return Plan(unit=unit, first=first, rules=rules)


def _rules(draft: Draft, spans: Spans, unit: Fraction, first: int, last: int) -> Rules | None:
    size, n = last - first + 1, draft.n
    if size > _MOST_NUMBERS:
        raise UnsupportedError(f"{size:,} different values are too many to be counted. Take a coarser grid.")
    windows = [
        (max(0, math.ceil(low / unit) - first), min(size - 1, math.floor(high / unit) - first))
        for low, high in draft.known
    ]
    counts = [
        (
            least_multiple(one.first, unit) - first,
            greatest_multiple(one.last, unit) - first,
            one.least,
            one.most,
        )
        for one in draft.between
    ]
    if any(low > high for low, high in windows) or len(windows) > n:
        return None
    lowest = np.array([first if low is None else low for low in spans.low], dtype=np.int64) - first
    highest = np.array([last if high is None else high for high in spans.high], dtype=np.int64) - first
    if np.any(lowest > highest):
        return None
    if 2 ** len(windows) * math.prod(most + 1 for *_, most in counts) > _MOST_STATES:
        raise UnsupportedError("So many known values and counts within limits are too many to be tracked.")
    following, accepting = machine(windows, counts, size)
    return Rules(
        size=size,
        lowest=lowest,
        highest=highest,
        pairs=_pairs(draft.mixtures, unit, first, size),
        machine=following,
        accepting=accepting,
        sums=None if spans.sums is None else (spans.sums[0] - n * first, spans.sums[1] - n * first),
        spread=spans.spread,
    )


def _pairs(mixtures: Iterable[Mixture], unit: Fraction, first: int, size: int) -> dict[int, BoolArray]:
    """Tell which numbers may follow one another where a quantile lies between two places."""
    pairs: dict[int, BoolArray] = {}
    numbers = np.arange(first, first + size)
    for one in mixtures:
        upper, whole = one.weight.numerator, one.weight.denominator
        mixed = (whole - upper) * numbers[:, None] + upper * numbers[None, :]
        least, most = math.ceil(one.low * whole / unit), math.floor(one.high * whole / unit)
        allowed = (mixed >= least) & (mixed <= most) & (numbers[:, None] <= numbers[None, :])
        pairs[one.rank] = allowed & pairs.get(one.rank, allowed)
    return pairs
