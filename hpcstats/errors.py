"""The whole tree of errors and warnings.

::

    HpcstatsError (ValueError)
    ├── DataError           the values given cannot be what they are said to be
    ├── DesignError         the values are fine, the model or comparison asked of them is not
    ├── ConvergenceError    an iteration ended without an answer
    └── UnsupportedError    a combination of options that has no definition here

    HpcstatsWarning (UserWarning)
    ├── SmallSampleWarning         legal, but resting on very few cases
    ├── SeparationWarning          a likelihood without a finite maximum
    ├── NonIdentifiableWarning     the data cannot identify what was asked
    └── ConvergenceWarning         an answer whose last step was not as small as wanted

A message says what is wrong, where (at most five rows or identifiers), and what to do instead.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

_PACKAGE = str(Path(__file__).parent) + os.sep
_SHOWN = 5


class HpcstatsError(ValueError):
    """Root of every error this package raises on purpose."""


class DataError(HpcstatsError):
    """Values that cannot be what they are said to be.

    Parameters
    ----------
    message : str
        What is wrong, where, and what to write instead.
    rows : sequence of int, optional
        Zero-based positions of all offending rows (the message shows at most five).
    """

    def __init__(self, message: str, *, rows: Iterable[int] = ()) -> None:
        super().__init__(message)
        self.rows: tuple[int, ...] = tuple(int(row) for row in rows)


class DesignError(HpcstatsError):
    """A model or comparison that these data cannot carry; the message names the columns."""


class ConvergenceError(HpcstatsError):
    """An iteration that ended without an answer."""


class UnsupportedError(HpcstatsError):
    """A combination of options that has no definition here."""


class HpcstatsWarning(UserWarning):
    """Root of every warning of this package."""


class SmallSampleWarning(HpcstatsWarning):
    """A legal answer that rests on very few cases."""


class SeparationWarning(HpcstatsWarning):
    """A likelihood without a finite maximum in some direction."""


class NonIdentifiableWarning(HpcstatsWarning):
    """The data cannot identify what was asked."""


class ConvergenceWarning(HpcstatsWarning):
    """An answer whose last step was not as small as wanted."""


def listing(items: Sequence[object] | Iterable[object]) -> str:
    """Join at most five items for a message and count the rest."""
    shown = [str(item) for item in items]
    text = ", ".join(shown[:_SHOWN])
    return text if len(shown) <= _SHOWN else f"{text} and {len(shown) - _SHOWN} more"


def unknown_option(name: str, value: object, allowed: Iterable[str]) -> UnsupportedError:
    """Build the error for an option outside its vocabulary."""
    choices = ", ".join(repr(choice) for choice in allowed)
    return UnsupportedError(f"{name}={value!r} is not known. Write one of: {choices}.")


def check_option(name: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse an option outside its vocabulary."""
    if not isinstance(value, str) or value not in allowed:
        raise unknown_option(name, value, allowed)


def warn(message: str, category: type[HpcstatsWarning]) -> None:
    """Warn at the line of the user's code that called into the package."""
    frame, depth = sys._getframe(1), 2  # noqa: SLF001 (the documented way to one's caller)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, depth = frame.f_back, depth + 1
    warnings.warn(message, category, stacklevel=depth)
