"""What the methods are written with: lists in a sentence, and counted numbers."""

from __future__ import annotations

from collections.abc import Iterable

import hpcstats as hs


def listed(words: list[str]) -> str:
    """Join words for a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def count(name: str, value: int, how: str, patients: Iterable[str]) -> hs.Number:
    """Return a counted number."""
    return hs.Number(
        id=name, value=value, text=hs.formats.count(value), how=how, patients=tuple(sorted(patients))
    )
