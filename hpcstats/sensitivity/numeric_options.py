"""Options that must be single numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_finite(value: Any) -> bool:
    """Tell whether an option is a finite number; True and False are none."""
    kind = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return kind and bool(np.isfinite(value))


def is_whole(value: Any, least: int) -> bool:
    """Tell whether an option is an integer of at least so much; True and False are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) >= least
