"""The beta product confidence procedure as an option of `kaplan_meier`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.core.limits import beta_product
from hpcstats.core.limits.beta_product_monte_carlo import drawn_limits
from hpcstats.core.limits.pieces import Limits, on_grouped_times, overlapping
from hpcstats.errors import DataError, check_option, listing
from hpcstats.randomness import Seed, generator_of

if TYPE_CHECKING:
    from hpcstats.nonparametric.intervals import Asked, Estimated, IntervalMethod

METHODS = ("moments", "monte-carlo")
_FEWEST, _MOST = 1_000, 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaProduct:
    r"""Pointwise limits of S(t) from products of beta distributions, defined at every time and every n.

    Use it for small samples, late times and heavy censoring: `kaplan_meier` does so by default. Without
    censoring the limits are those of Clopper and Pearson. Write an object of this class as its `interval`
    where another way of computing, the mid-p limits or grouped times are wanted. It is not defined with
    delayed entry or with weights that are not whole numbers.

    Attributes
    ----------
    method : {"moments", "monte-carlo"}
        Replace each product of betas by the beta with its mean and variance, or draw from the product.
    mid_p : bool
        Quantiles of the equal mixture of the two bounding distributions: shorter, right on average, but
        without the guarantee at each time.
    grouping : float, optional
        The times are right ends of intervals of this width, in which the event happened unobserved. The
        distinct times of a group must be at least that far apart and from 0.
    n_resamples : int
        Draws of "monte-carlo", 1,000 to 10,000,000; about 60 bytes of memory each.
    seed : int, SeedSequence, Generator or None
        Of the draws; None draws one and says which.

    Raises
    ------
    UnsupportedError
        For an unknown method.
    DataError
        For a mid_p that is neither True nor False, a grouping that is not a positive number, or a number of
        draws or a seed that is none.

    Notes
    -----
    With d_j events among n_j at risk at the event times t_j <= t, and n(t+) at risk just after t,

    .. math:: W^+(t) = \prod_{t_j \le t} B(n_j - d_j + 1,\, d_j), \qquad W^-(t) = W^+(t)\, B(n(t+),\, 1)

    with independent betas; B(a, 0) is 1 and B(0, b) is 0. The limits are the \(\alpha/2\) quantile of
    W- and the \(1 - \alpha/2\) quantile of W+. Fay, Brittain & Proschan 2013
    (doi:10.1093/biostatistics/kxt016); mid-p: Fay & Brittain 2016 (doi:10.1002/sim.6905).

    Examples
    --------
    Ten patients without censoring: five are left after time 5, and the limits are those of the binomial
    proportion 5 of 10.

    >>> import hpcstats as hs
    >>> y = hs.Surv.right(range(1, 11), [1] * 10)
    >>> hs.kaplan_meier(y, interval=hs.BetaProduct()).at(5).round(6)
      group  time  at_risk  estimate       low      high
    0   all   5.0        6       0.5  0.187086  0.812914
    >>> km = hs.kaplan_meier(y, interval=hs.BetaProduct(method="monte-carlo", seed=1))
    >>> km.pieces()[["low", "low_error", "high", "high_error"]].loc[5].round(3).tolist()
    [0.187, 0.001, 0.812, 0.001]
    """

    method: str = "moments"
    mid_p: bool = False
    grouping: float | None = None
    n_resamples: int = 100_000
    seed: Seed = None

    def __post_init__(self) -> None:
        check_option("method", self.method, METHODS)
        if not isinstance(self.mid_p, (bool, np.bool_)):
            raise DataError(f"mid_p must be True or False, not {self.mid_p!r}.")
        if self.grouping is not None and not _positive(self.grouping):
            raise DataError(
                f"grouping must be the width of the intervals that times were grouped in, a number above 0, "
                f"not {self.grouping!r}."
            )
        if not _whole(self.n_resamples) or not _FEWEST <= self.n_resamples <= _MOST:
            raise DataError(
                f"n_resamples must be a whole number from {_FEWEST:,} to {_MOST:,}, not {self.n_resamples!r}."
            )
        if self.seed is None:
            return
        generator_of(self.seed)
        if self.method == "moments":
            raise DataError("The method of moments draws nothing. Leave seed out or use 'monte-carlo'.")

    @property
    def name(self) -> str:
        """Name of the interval in results."""
        return "bpcp-midp" if self.mid_p else "bpcp"

    def repeatable(self) -> BetaProduct:
        """Return the same with a seed, where draws were asked for without one."""
        if self.method == "moments" or self.seed is not None:
            return self
        return replace(self, seed=int(generator_of(None)[1]))

    def limits(self, curve: Estimated, asked: Asked) -> Limits:
        """Return the limits by the method of moments."""
        low, high = beta_product.limits(curve.counts, asked.tail, mid_p=self.mid_p)
        return self._placed(curve, low[0], high[0])

    def prepared(self, unit: str) -> tuple[IntervalMethod, str]:
        """Return the interval method, its random numbers ready, and what the result says of it."""
        words = ["beta product confidence procedure"]
        words += ["mid-p"] if self.mid_p else []
        words += [f"times grouped by {self.grouping:g} {unit}"] if self.grouping is not None else []
        if self.method == "moments":
            return self.limits, ", ".join([*words, "method of moments"])
        generator, seed = generator_of(self.seed)

        def drawn(curve: Estimated, asked: Asked) -> Limits:
            found = drawn_limits(curve.counts, asked.tail, generator, self.n_resamples, mid_p=self.mid_p)
            return self._placed(curve, found.low, found.high, found.low_error, found.high_error)

        return drawn, ", ".join([*words, f"{self.n_resamples:,} Monte-Carlo resamples, seed {seed}"])

    def _placed(self, curve: Estimated, *values: Any) -> Limits:
        """Put values on the pieces that begin with time 0 and at the observed times."""
        names = ("low", "high", "low_error", "high_error")
        start = np.concatenate([[0.0], curve.times])
        limits = Limits(start=start, everywhere=True, **dict(zip(names, values, strict=False)))
        if self.grouping is None:
            return limits
        close = overlapping(curve.times, self.grouping)
        if close.size:
            raise DataError(
                f"grouping={self.grouping:g} is wider than the step to some times "
                f"({listing(f'{time:g}' for time in close)}). Times must be right ends of intervals of that "
                "width; write the width they were rounded up to, or leave grouping out."
            )
        return on_grouped_times(curve.times, limits, self.grouping)


def _whole(number: Any) -> bool:
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool)


def _positive(width: Any) -> bool:
    number = isinstance(width, (int, float, np.integer, np.floating)) and not isinstance(width, bool)
    return number and 0 < width < np.inf
