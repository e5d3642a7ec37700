"""From a truncated response to F with its variance, and to what stands in the way of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.risk_sets import Counts
from hpcstats.core.truncation.double_truncation import distribution_variance, estimate_masses, linked_groups
from hpcstats.core.truncation.reverse_time import (
    Windows,
    emptied,
    place_windows,
    reverse_product,
    tally_reverse,
    tally_windows,
)
from hpcstats.core.truncation.truncated_curves import summed
from hpcstats.errors import listing
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimated:
    """F on its grid, arrays of shape (K,).

    Attributes
    ----------
    windows : Windows
        The cases on their grid.
    counts : Counts
        At risk and failing, (1, K).
    distribution, relative_variance : ndarray
        F, and its variance divided by F squared.
    gap : float
        Largest gradient of the log-likelihood as a share of the weight; 0 where F has a closed form.
    problem : str
        Why F is on the boundary or not estimable; empty otherwise.
    exists : bool
        Whether there is a unique F.
    """

    windows: Windows
    counts: Counts
    distribution: FloatArray
    relative_variance: FloatArray
    gap: float
    problem: str = ""
    exists: bool = True


def windows_of(response: Surv) -> Windows:
    """Place a truncated response on its grid."""
    assert response.truncation is not None
    return place_windows(response.time, response.truncation, response.lower)


def is_double(response: Surv) -> bool:
    """Tell whether there are lower limits as well."""
    return response.kind == "doubly_truncated"


def estimated(response: Surv, weights: FloatArray) -> Estimated:
    """Estimate F from rows whose weights (n,) are not zero."""
    windows = windows_of(response)
    make = _double if is_double(response) else _right
    return make(response, windows, weights[None])


def _right(response: Surv, windows: Windows, weights: FloatArray) -> Estimated:
    counts = tally_reverse(windows, weights)
    distribution, greenwood = reverse_product(counts)
    return Estimated(
        windows=windows,
        counts=counts,
        distribution=distribution[0],
        relative_variance=greenwood[0],
        gap=0.0,
        problem=_emptied_at(response, windows, counts),
    )


def _double(response: Surv, windows: Windows, weights: FloatArray) -> Estimated:
    counts = tally_windows(windows, weights)
    found = estimate_masses(windows, weights)
    if not found.exists[0]:
        nothing = np.full(windows.size, np.nan)
        return Estimated(
            windows=windows,
            counts=counts,
            distribution=nothing,
            relative_variance=nothing,
            gap=np.nan,
            problem=_unconnected(response, windows),
            exists=False,
        )
    distribution = summed(found.mass)[0]
    variance = distribution_variance(windows, weights, found.mass)
    variance[-1] = 0.0
    return Estimated(
        windows=windows,
        counts=counts,
        distribution=distribution,
        relative_variance=variance / distribution**2,
        gap=float(found.gap[0]),
    )


def _emptied_at(response: Surv, windows: Windows, counts: Counts) -> str:
    """Say where everybody at risk fails, so that F is 0 below."""
    points = np.flatnonzero(emptied(counts)[0])
    if not points.size:
        return ""
    where = float(windows.times[points[-1]])
    rows = np.flatnonzero(windows.place == points[-1])
    return (
        f"At {where:g} {response.unit} everybody at risk had the event ({_named(response, rows)}): no case "
        f"with a shorter time could have been seen as late as that. F is therefore 0 below {where:g}, "
        f"whatever happened there. Read it from {where:g} on only, as conditional on T >= {where:g}."
    )


def _unconnected(response: Surv, windows: Windows) -> str:
    """Say which cases keep the likelihood from having a maximum."""
    rows = np.flatnonzero(linked_groups(windows)[windows.place] > 0)
    return (
        "The likelihood has no unique maximum: not all times are linked in both directions through windows "
        f"that hold them ({_named(response, rows)} stand apart from the others). No F is given. Leave these "
        "cases out, with a reason, or estimate from right truncation alone."
    )


def _named(response: Surv, rows: IntArray) -> str:
    if response.id is None:
        return f"rows {listing(rows.tolist())}"
    return f"patients {listing(response.patients(rows))}"
