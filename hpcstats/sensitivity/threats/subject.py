"""What is examined: a finding, the rows it rests on, and how it is found again from other rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.columns import IntArray
from hpcstats.errors import DesignError, HpcstatsError, HpcstatsWarning
from hpcstats.numbers import Text
from hpcstats.results import Result
from hpcstats.sensitivity.threats.finding import Finding, unknown
from hpcstats.surv import Surv

Refit = Callable[..., Finding]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A fitted result with the one finding that is examined.

    Attributes
    ----------
    fit : Result
        The result.
    kind : {"cox", "logrank", "survival"}
        What it is.
    label : str
        What is estimated.
    finding : Finding
        What is concluded.
    response : Surv
        The rows used.
    refit : callable
        ``refit(response, rows, **changes)`` returns the finding of these rows of another response of the same
        patients, by the method of the fit but for the changes.
    groups : column or None
        The two groups that are compared, where nothing else enters; else `why_no_groups` says what does.
    term : str
        The coefficient of a model.
    time : float
        The time of curves.
    """

    fit: Result
    kind: str
    label: str
    finding: Finding
    response: Surv
    refit: Refit
    groups: Any = None
    why_no_groups: str = ""
    term: str = ""
    time: float = float("nan")
    _known: dict[bytes, Finding] = field(default_factory=dict)

    def without(self, rows: IntArray) -> Finding:
        """Find again without some rows; what was found once is known."""
        key = np.sort(rows).tobytes()
        if key not in self._known:
            kept = np.setdiff1d(np.arange(len(self.response)), rows)
            self._known[key] = self.again(kept)
        return self._known[key]

    def again(self, rows: IntArray | None = None, response: Surv | None = None, **changes: Any) -> Finding:
        """Find again, silently; unknown where the rows cannot carry the method."""
        kept = np.arange(len(self.response)) if rows is None else rows
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HpcstatsWarning)
            try:
                return self.refit(self.response if response is None else response, kept, **changes)
            except HpcstatsError:
                return unknown(self.finding)

    def needs_groups(self) -> Any:
        """Return the two groups.

        Raises
        ------
        DesignError
            Where there are none, or other things enter as well.
        """
        if self.groups is None:
            raise DesignError(self.why_no_groups)
        return self.groups

    def basis(self, *names: str) -> Basis:
        """Return what numbers about the finding rest on."""
        return Basis(patients=self.response.patients()).below(*names)

    def value(self, number: float) -> str:
        """Print a value of the estimate."""
        if self.kind == "cox":
            return formats.ratio(number)
        return formats.proportion(number) if self.kind == "survival" else formats.fixed(number, 1)

    def shown(self, basis: Basis, found: Finding, about: str) -> Text:
        """Write an estimate with its limits, or a p-value."""
        if not found.has_limits:
            return p_value(basis, found.p_value, about)
        values = (found.estimate, found.low, found.high)
        return with_limits(
            basis,
            values,
            lambda number: self.value(float("nan") if number is None else number),
            (about, f"{formats.level(found.level)} interval"),
        )

    def span(self, basis: Basis, low: float, high: float, about: str) -> Text:
        """Write the smallest and the largest of several estimates; one where they print alike."""
        if self.value(low) == self.value(high):
            return Text.of(basis.number("value", low, self.value(low), f"The {about}."))
        return Text.of(
            basis.number("smallest", low, self.value(low), f"Smallest {about}."),
            " to ",
            basis.number("largest", high, self.value(high), f"Largest {about}."),
        )


def p_value(basis: Basis, value: float, about: str) -> Text:
    """Write ``p = 0.043``."""
    printed = formats.p_value(value)
    number = basis.number("p_value", value, printed, about)
    return Text.of("p " if printed.startswith("<") else "p = ", number)
