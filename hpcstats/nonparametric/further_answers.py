"""What Kaplan-Meier curves answer beyond one time at a time: bands, what remains, how long was looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, DesignError, listing

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.confidence_band import ConfidenceBand
    from hpcstats.nonparametric.survival_curves import SurvivalCurves


def asked_times(values: Any, name: str = "times") -> FloatArray:
    """Read one time or several, from 0 on."""
    asked = as_numbers([values] if np.ndim(values) == 0 else values, name)
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"{name} must be a number or numbers from 0 on, not {values!r}.")
    return asked


def refuse_beyond(asked: FloatArray, ends: Mapping[Any, float], what: str, unit: str) -> None:
    """Refuse times after the last observation of a group.

    Raises
    ------
    DesignError
        With the groups and where their follow-up ends.
    """
    latest = asked.max()
    late = [f"{label}: {end:g}" for label, end in ends.items() if latest > end * (1 + SAME_TIME)]
    if late:
        raise DesignError(
            f"{what} at {latest:g} {unit} lies beyond the end of follow-up ({listing(late)}). Ask for an "
            "earlier time; nothing is extrapolated."
        )


def asked_probabilities(values: Any) -> FloatArray:
    """Read one probability or several, strictly between 0 and 1."""
    try:
        asked = as_numbers([values] if np.ndim(values) == 0 else values, "probability")
    except DataError:
        asked = np.empty(0)
    if not asked.size or not ((asked > 0) & (asked < 1)).all():
        raise DataError(
            f"probability must be a number or numbers strictly between 0 and 1, not {values!r}. "
            "Write 0.5 for the median."
        )
    return asked


class FurtherAnswers:
    """Questions to `SurvivalCurves` that need more than its limits at one time."""

    __slots__ = ()

    def band(
        self,
        method: str = "hall-wellner",
        *,
        transform: str = "log-log",
        time_range: Any = None,
        level: float | None = None,
        critical: str = "exact",
    ) -> ConfidenceBand:
        r"""Return limits that hold for the whole curve at once, over a stated range of times.

        Use a band for statements about a curve ("never below one half in the first ten years"); for one time
        that was fixed beforehand the pointwise interval is shorter. A band rests on large samples, and has
        two sides, also where the curves were asked for one limit.

        Parameters
        ----------
        method : {"hall-wellner", "equal-precision"}
            Hall-Wellner widens towards the end and may begin at time 0 (on the plain or log scale); the
            equal-precision band (Nair) is the pointwise interval widened by one factor.
        transform : {"log-log", "plain", "log", "logit", "arcsin"}
            Scale on which the band is symmetric.
        time_range : pair of times, optional
            Range for which the band holds; None, or a None in the pair, stands for the first and the last
            event time at which the curve lies between 0 and 1. The wider the range, the wider the band.
        level : float, optional
            Confidence level; that of the curves without it.
        critical : {"exact", "nair-approximation"}
            How the critical value of the equal-precision band is found.

        Returns
        -------
        ConfidenceBand
            With `to_frame`, `critical_value`, `time_range`, one band a group.

        Raises
        ------
        DesignError
            For a range over which the band is not defined, or a curve without an event within (0, 1).
        DataError, UnsupportedError
            For a range that is none; for an unknown option.

        Warns
        -----
        SmallSampleWarning
            For a curve of fewer than five events.

        Notes
        -----
        With g Greenwood's sum and a = n g / (1 + n g), the band on the plain scale is

        .. math:: \hat S \pm h\, \hat S (1 + n g) / \sqrt n \quad\text{or}\quad \hat S \pm c\, \hat S \sqrt g

        h and c the critical values of a Brownian bridge B over [a_L, a_U]: of sup abs B(a) (Hall & Wellner
        1980, doi:10.1093/biomet/67.1.133), of sup abs B(a) / sqrt(a (1 - a)) (Nair 1984,
        Technometrics 26:265). The transforms are those of the pointwise intervals.

        Examples
        --------
        Remission under 6-mercaptopurine (Freireich et al. 1963), weeks 6 to 23.

        >>> import hpcstats as hs
        >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
        >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
        >>> km = hs.kaplan_meier(hs.Surv.right(weeks, relapse, unit="weeks"))
        >>> band = km.band("equal-precision", transform="plain", critical="nair-approximation")
        >>> band.to_frame().tail(1).round(4)
           group  time  estimate     low    high
        11   all  23.0    0.4482  0.0632  0.8332
        >>> {label: round(value, 6) for label, value in band.critical_value.items()}
        {'all': 2.860725}
        >>> km.band("equal-precision").time_range
        {'all': (6.0, 23.0)}
        """
        from hpcstats.nonparametric.bands import confidence_band

        curves = cast("SurvivalCurves", self)
        return confidence_band(curves, method, transform, time_range, level, critical)

    def conditional(self, times: Any, given: Any) -> pd.DataFrame:
        """Return S(t) for those who are event-free and under observation at an earlier time s.

        Use it for the patient in front of you: free of metastasis at five years, what remains? The estimate
        is S(t) / S(s); it rests on the patients observed beyond s, and so does its interval, made by the
        method of the curves.

        Parameters
        ----------
        times : number or column of numbers
            Times t, to the end of follow-up.
        given : number or column of numbers
            Times s; there is a row for every pair with s < t.

        Returns
        -------
        pandas.DataFrame
            Columns group, given, time, at_risk (at t), estimate, low, high.

        Raises
        ------
        DesignError
            For a time after the last observation of a group, or when nobody is at risk after s.
        DataError
            When a given time has no later time.

        Examples
        --------
        Of children in remission under 6-mercaptopurine at 10 weeks, .833 still are at 20 weeks: .627 / .753.

        >>> import hpcstats as hs
        >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
        >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
        >>> km = hs.kaplan_meier(hs.Surv.right(weeks, relapse, unit="weeks"), interval="log-log")
        >>> km.conditional(20, given=10).round(4)
          group  given  time  at_risk  estimate     low    high
        0   all   10.0  20.0        8    0.8333  0.4817  0.9555
        """
        from hpcstats.nonparametric.conditional import conditional

        curves = cast("SurvivalCurves", self)
        return conditional(curves, asked_times(times), asked_times(given, "given"))

    def median_follow_up(self) -> pd.DataFrame:
        """Return the median time patients would have been observed had nobody had the event.

        Use it to say how long was looked; the median of the observed times is shortened by early events. It
        is the median of the reverse Kaplan-Meier curve, in which the end of observation is the event and the
        event censors it (Schemper & Smith 1996, doi:10.1016/0197-2456(96)00075-X; Korn 1986). The interval is
        made by the method of the curves.

        Returns
        -------
        pandas.DataFrame
            Columns group, estimate, low, high. A median that is not reached is NaN, its upper limit infinite.

        Notes
        -----
        Events and censorings are exchanged and nothing else: whoever has the event at t is still at risk of
        the end of observation at t.

        Examples
        --------
        >>> import hpcstats as hs
        >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
        >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
        >>> km = hs.kaplan_meier(hs.Surv.right(weeks, relapse, unit="weeks"), interval="log-log")
        >>> km.median_follow_up()
          group  estimate   low  high
        0   all      25.0  11.0  32.0
        """
        from hpcstats.nonparametric.follow_up import median_follow_up

        return median_follow_up(cast("SurvivalCurves", self))
