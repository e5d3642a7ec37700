"""What one specification answers, and how it answers when patients change labels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol, get_args

from hpcstats.columns import FloatArray, IntArray
from hpcstats.errors import DataError
from hpcstats.results import Status
from hpcstats.sensitivity.specifications.shared import Shared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relabelling:
    """A specification as a function of the labels of its patients: all that a permutation test needs.

    Attributes
    ----------
    ids, labels : tuple
        Patients of the specification, and the label (the group, or the value) of each.
    evaluate : callable
        Takes a matrix (B, n) of whole numbers, in each row a label for each patient: its place in `levels`,
        or -1 for nobody known (leave the patient out). Returns estimates (B,) and standard normal statistics
        (B,) or, for several tests, (B, k).

    Examples
    --------
    >>> import numpy as np
    >>> from hpcstats.sensitivity import Relabelling
    >>> height = np.array([1.0, 2.0, 4.0])
    >>> def tallest(codes):
    ...     return (codes * height).sum(axis=1), np.zeros(len(codes))
    >>> Relabelling(ids=("a", "b", "c"), labels=("x", "y", "y"), evaluate=tallest).levels
    ('x', 'y')
    """

    ids: tuple[Any, ...]
    labels: tuple[Any, ...]
    evaluate: Callable[[IntArray], tuple[FloatArray, FloatArray]]

    def __post_init__(self) -> None:
        """Refuse labels that do not belong to the patients."""
        if len(self.ids) != len(self.labels) or len(set(self.ids)) < len(self.ids):
            raise DataError("A relabelling needs one label for each patient, and each patient once.")

    @property
    def levels(self) -> tuple[Any, ...]:
        """Labels in the order in which they first occur."""
        return tuple(dict.fromkeys(self.labels))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """The answer of one specification. Return it from a function of your own.

    Attributes
    ----------
    estimate, low, high : float
        Estimate and limits; log hazard ratios and the like as logarithms.
    p_value : float
        Of the hypothesis that the estimate is `null`; NaN where there is none.
    n, n_events : int
        Patients and events that entered.
    label : str
        What is estimated: the same in all specifications.
    logarithmic : bool
        Whether values are logarithms, which are shown exponentiated.
    null : float or None
        The value that separates two conclusions, on the scale of `estimate`; None where none does.
    status, reason : str
        "ok" or "not_estimable", and why.
    beyond : int
        Without an estimate: 1 or -1 where it is known to lie above or below any number, else 0.
    patients : tuple of str
        Identifiers of those who entered.
    relabelling : Relabelling or None
        For the permutation test of the curve.
    test : int
        Which of its statistics belongs to `p_value`.

    Examples
    --------
    >>> from hpcstats.sensitivity import Outcome
    >>> Outcome(
    ...     estimate=0.7, low=-0.1, high=1.5, label="Hazard ratio", logarithmic=True, null=0.0
    ... ).side
    'open'
    """

    estimate: float
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    n: int = 0
    n_events: int = 0
    label: str = "Estimate"
    logarithmic: bool = False
    null: float | None = None
    status: Status = "ok"
    reason: str = ""
    beyond: int = 0
    patients: tuple[str, ...] = ()
    relabelling: Relabelling | None = None
    test: int = 0

    def flaw(self) -> str:
        """Say what is wrong with an answer of one's own; empty where nothing is."""
        numbers = {name: getattr(self, name) for name in ("estimate", "low", "high", "p_value")}
        null = 0.0 if self.null is None else self.null
        odd = [name for name, value in (numbers | {"null": null}).items() if not isinstance(value, Real)]
        if odd:
            return f"An Outcome needs numbers: {odd[0]}={getattr(self, odd[0])!r} is none."
        unknown, missing = math.isnan(self.estimate), self.status == "not_estimable"
        checks = {
            "An Outcome needs a label that says what is estimated.": not self.label,
            f"An Outcome has no status {self.status!r}.": self.status not in get_args(Status),
            "An Outcome needs a finite null value, or None.": not math.isfinite(null),
            "An estimate beyond any number is NaN, with beyond=1 or -1.": math.isinf(self.estimate),
            "An Outcome without an estimate needs status='not_estimable', one with an estimate another.": (
                unknown != missing
            ),
            "beyond is -1, 0 or 1, and 0 beside an estimate.": self.beyond
            not in ((-1, 0, 1) if unknown else (0,)),
            f"low={self.low} lies above high={self.high}.": self.low > self.high,
            f"p_value={self.p_value} is no probability.": self.p_value < 0 or self.p_value > 1,
        }
        return next((told for told, wrong in checks.items() if wrong), "")

    @property
    def quantity(self) -> tuple[str, bool, float | None]:
        """What all specifications must share: label, scale and null value."""
        return self.label, self.logarithmic, self.null

    @property
    def position(self) -> float:
        """The estimate, infinite where it lies beyond any number."""
        return self.beyond * math.inf if self.beyond else self.estimate

    @property
    def side(self) -> str:
        """Where the interval lies: "above" or "below" the null value, "open" if it holds it, or ""."""
        if self.null is None or math.isnan(self.low) or math.isnan(self.high):
            return ""
        return "above" if self.low > self.null else "below" if self.high < self.null else "open"


class Specified(Protocol):
    """A model that is stated, not yet fitted: it can be solved together with others like it."""

    def check(self, level: float) -> None:
        """Refuse what is stated wrongly, whatever the data."""
        ...

    def solve(self, shared: Shared, level: float) -> Outcome:
        """Return its answer, with intervals of the level, sharing what others have worked out."""
        ...
