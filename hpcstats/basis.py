"""What printed numbers of tables and figures have in common: identifiers, patients, names, limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hpcstats import formats
from hpcstats.numbers import Number, Text, Value, patient_list, slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a group of numbers has in common: the beginning of their identifiers, and their patients."""

    prefix: str = ""
    patients: tuple[str, ...] = ()

    def below(self, *names: object) -> Basis:
        """Go down to a part of it."""
        return replace(self, prefix=".".join([self.prefix, *map(slug, names)]).lstrip("."))

    def resting_also_on(self, patients: tuple[str, ...]) -> Basis:
        """Add patients whose data entered as well."""
        return replace(self, patients=patient_list([*self.patients, *patients]))

    def number(self, name: str, value: Value, text: str, how: str) -> Number:
        """Make a number of it; not-a-number becomes None."""
        known = None if isinstance(value, float) and math.isnan(value) else value
        id_ = f"{self.prefix}.{name}".lstrip(".")
        return Number(id=id_, value=known, text=text, how=how, patients=self.patients)

    def count(self, name: str, value: float, how: str) -> Number:
        """Make a count of it."""
        whole = float(value).is_integer()
        return self.number(name, int(value) if whole else float(value), f"{value:g}", how)


def named(name: str, labels: Mapping[str, str], *, level_of: str | None = None) -> str:
    """Look up how a variable (``"sex"``) or a level of it (``"sex=female"``) is printed."""
    given = labels.get(name if level_of is None else f"{level_of}={name}")
    if given is not None:
        return given
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def with_limits(
    basis: Basis,
    values: tuple[float, float, float],
    printed: Callable[[float | None], str],
    how: tuple[str, str],
    estimate_text: str | None = None,
) -> Text:
    """Write ``0.85 (0.62 to 0.95)`` from estimate, low and high; limits that do not exist as one ``NE``."""
    estimate, low, high = values
    about, interval = how
    number = basis.number("estimate", estimate, estimate_text or printed(estimate), about)
    if math.isnan(low) and math.isnan(high):
        return Text.of(number, " (", formats.NOT_ESTIMABLE, ")")
    lower = basis.number("low", low, printed(low), f"Lower limit of the {interval}.")
    upper = basis.number("high", high, printed(high), f"Upper limit of the {interval}.")
    return Text.of(number, " (", lower, " to ", upper, ")")
