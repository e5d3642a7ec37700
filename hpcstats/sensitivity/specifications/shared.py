"""What specifications share: each piece of work done once, known by what it was made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from hpcstats.columns import is_missing

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Results by key; objects that keys name by identity are kept alive."""

    made: dict[Hashable, Any] = field(default_factory=dict)
    kept: dict[int, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made under a key, or make it."""
        if key not in self.made:
            self.made[key] = make()
        made: Made = self.made[key]
        return made

    def name(self, given: Any) -> Hashable:
        """Name an argument: texts and numbers by themselves, lists by their items, all else by identity."""
        if given is None or isinstance(given, (str, int, float, bool)):
            return given
        if isinstance(given, (list, tuple)):
            return tuple(self.name(one) for one in given)
        self.kept[id(given)] = given
        return "object", id(given)


def fingerprint(table: Any) -> Hashable:
    """Tell whether the cells of a column or a table have changed since it was last looked at.

    Functions that build specifications may write into the table that they hand out again.

    Examples
    --------
    >>> table = {"x": [1, 2]}
    >>> before = fingerprint(table)
    >>> table["x"] = [2, 1]
    >>> fingerprint(table) == before
    False
    """
    names = table if isinstance(table, Mapping) else getattr(table, "columns", None)
    if names is None:
        return _cells(table)
    return tuple((str(name), _cells(table[name])) for name in names)


def _cells(column: Any) -> Hashable:
    try:
        array = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
        if array.dtype != object:
            return str(array.dtype), hash(array.tobytes())
        # A missing value is equal to nothing, its text is.
        return hash(tuple(str(value) if is_missing(value) else value for value in array.tolist()))
    except (TypeError, ValueError):
        return repr(column)


def content(*parts: Any) -> str:
    """Digest arrays and texts: equal data have equal digests, whatever objects hold them.

    Examples
    --------
    >>> content(np.ones(2), "efron") == content(np.ones(2), "efron") != content(
    ...     np.ones(3), "efron"
    ... )
    True
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype != object:
            digest.update(f"{part.dtype} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            shown = part.tolist() if isinstance(part, np.ndarray) else part
            digest.update(f"{shown!r} ".encode())
    return digest.hexdigest()
