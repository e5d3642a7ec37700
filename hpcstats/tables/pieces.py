"""What cells are made of: numbers with identifiers, ratios of counts, estimates with limits."""

from __future__ import annotations

from hpcstats import formats
from hpcstats.basis import Basis, named, with_limits
from hpcstats.numbers import Text

__all__ = ["BEYOND", "EMPTY", "Basis", "counted", "named", "with_limits"]

BEYOND = "\N{EN DASH}"
EMPTY = Text()


def counted(basis: Basis, count: int, known: int, what: str) -> Text:
    """Write ``12/19 (63%)``; without a known value the bare ``0/0``."""
    number = basis.count("count", count, f"Patients with {what}.")
    of = basis.count("known", known, f"Patients of whom it is known whether they had {what}.")
    if known == 0:
        return Text.of(number, "/", of)
    share = count / known
    percent = basis.number("share", share, formats.percent(share), f"{number} of {of} with {what}.")
    return Text.of(number, "/", of, " (", percent, ")")
