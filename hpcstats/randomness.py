"""Seeds: every random answer can be repeated, also one that was not asked to be."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.errors import DataError

Seed = int | np.random.SeedSequence | np.random.Generator | None


def generator_of(seed: Any) -> tuple[np.random.Generator, str]:
    """Return a generator and what to write to draw the same numbers again.

    Parameters
    ----------
    seed : int, numpy SeedSequence, numpy Generator or None
        None takes fresh entropy and says which. A Generator is used as it stands.

    Raises
    ------
    DataError
        For anything else.
    """
    if isinstance(seed, np.random.Generator):
        return seed, "the state of a generator"
    if isinstance(seed, np.random.SeedSequence):
        return np.random.default_rng(seed), f"{seed.entropy}, spawn key {seed.spawn_key}"
    if seed is None:
        # 32 bits are enough to tell draws apart and short enough to be written down.
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise DataError(f"seed must be a whole number, 0 or more, not {seed!r}. Write seed=1.")
    return np.random.default_rng(int(seed)), str(int(seed))


def number_of_resamples(given: Any, *, least: int = 1) -> int:
    """Refuse a number of resamples that is no whole number or too small.

    Raises
    ------
    DataError
        For anything but a whole number from `least` on.
    """
    whole = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if not whole or given < least:
        raise DataError(f"n_resamples must be a whole number, {least} or more, not {given!r}.")
    return int(given)
