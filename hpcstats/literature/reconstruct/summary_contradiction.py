"""Which statements of an impossible summary contradict each other: a smallest set, by leaving out in turn."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hpcstats.literature.reconstruct.constraints import Constraint
from hpcstats.literature.reconstruct.constraints_stated import shown
from hpcstats.literature.reconstruct.summary_grid import can_hold


def contradiction(
    n: int, statements: Sequence[Constraint], scale: Constraint, unit: Fraction
) -> tuple[Constraint, ...]:
    """Return statements that cannot hold together, none of which can be left out.

    Each statement is left out in turn, for good if the others still contradict each other. What remains is
    minimal: without any one of them a data set exists. Other minimal sets may exist. The scale and the grid
    are taken as given.
    """
    left = list(statements)
    for statement in reversed(statements):
        trial = [one for one in left if one is not statement]
        if not can_hold(n, [scale, *trial], unit):
            left = trial
    return tuple(left)


def told(n: int, statements: Sequence[Constraint], scale: Constraint, grid: Fraction, unit: str) -> str:
    """Say why there is no data set."""
    background = f"{values_words(n, grid, unit)} ({scale})"
    if not statements:
        return f"There are no {background}"
    words = "; ".join(map(str, statements))
    if len(statements) == 1:
        return f"No data set of {background} has {words}"
    return f"No data set of {background} has all of: {words}. Without any one of these there is one"


def values_words(n: int, grid: Fraction, unit: str) -> str:
    """Say how many values there are on which grid.

    Examples
    --------
    >>> values_words(9, Fraction(1), "years"), values_words(1, Fraction(1, 12), "years")
    ('9 values in whole years', '1 value in steps of 1/12 years')
    """
    plain = shown(grid)
    step = plain if Fraction(plain) == grid else str(grid)
    return (
        f"{n} value{'s' if n != 1 else ''} in {f'whole {unit}' if grid == 1 else f'steps of {step} {unit}'}"
    )
