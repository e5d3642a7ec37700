"""`sufficient_follow_up`: whether follow-up is long enough to speak of cure, and anything speaks for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import chdtrc

from hpcstats.columns import FloatArray
from hpcstats.core.parametric import follow_up
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import BoolArray, count, place
from hpcstats.errors import DataError, UnsupportedError
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.randomness import generator_of, number_of_resamples
from hpcstats.regression.cure_models.plateau import plateau_of
from hpcstats.regression.cure_models.sufficiency import FollowUpSufficiency, FollowUpTest
from hpcstats.surv import Surv

_CELLS = 400_000
_CONVENTIONS = (
    "N_n: events in (2 t*_n - t_n, t*_n], t_n the largest time, t*_n that of an event; n all patients.",
    (
        "Calibration of the tests of follow-up: the times of those not cured are exponential, and the share "
        "`unseen` of their events is still to come at t_n; how many are cured, by maximum likelihood."
    ),
    "Calibration of the tests for immunes: nobody is cured, exponential times, rate = events / total time.",
    "Follow-up is drawn from the reverse Kaplan-Meier curve; what it leaves over ends at t_n.",
    "Monte-Carlo p-values are (b + 1) / (m + 1).",
)
_SOURCES = {
    "alpha_n": "Maller & Zhou 1994, doi:10.1080/01621459.1994.10476889",
    "q_n": "Maller & Zhou 1996, Survival Analysis with Long-Term Survivors",
    "shen": "Shen 2000, doi:10.1016/S0167-7152(00)00063-8",
    "plateau": "Maller & Zhou 1992, doi:10.1093/biomet/79.4.731",
    "d_n": "Maller & Zhou 1995, doi:10.2307/2533253",
}
_SIGNIFICANT = 0.05


def sufficient_follow_up(
    response: Surv, *, unseen: Any = 0.05, level: float = 0.95, n_resamples: int = 999, seed: Any = None
) -> FollowUpSufficiency:
    r"""Whether follow-up is long enough to speak of cure, and whether anything speaks for it.

    Maller and Zhou's tests, Shen's, and two tests for immunes. Ask before fitting a cure model. A curve that
    ends on a plateau shows patients without the event, not patients who will never have it; only where the
    last events lie far before the end of follow-up can the two be told apart. The formulas of alpha_n and of
    Shen's test declare follow-up sufficient far too often where the hazard falls; trust the calibrated
    p-values, and remember what they assume.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, without delayed entry.
    unseen : float
        Follow-up is insufficient where at least this share of the events would still come after it: the
        hypothesis that the calibrated p-values test.
    level : float
        Confidence level of the plateau's interval.
    n_resamples : int
        Simulated samples for the calibrated p-values.
    seed : int, SeedSequence or Generator, optional
        None draws fresh entropy and says which.

    Returns
    -------
    FollowUpSufficiency
        With `to_frame`, `verdict`, `plateau`, and each test by name: ``found["alpha_n"].p_value``.

    Raises
    ------
    UnsupportedError
        For other responses and delayed entry, of which the tests have no definition.

    Notes
    -----
    .. math:: \alpha_n = \Big(1 - \frac{N_n}{n}\Big)^n, \quad q_n = \frac{N_n}{n}, \quad
              N_n = \#\{i : \delta_i = 1,\ 2 t^*_n - t_n < t_i \le t^*_n\}

    small alpha_n and large q_n speaking for sufficient follow-up. Shen's test counts the events from
    :math:`g t^*_n / t_n` on, with :math:`g = w t^*_n + (1 - w) t_n` and :math:`w = (t_n - t^*_n) / t_n`.
    "plateau" is the height at which the Kaplan-Meier curve ends, "d_n" the deviance of nobody being cured
    under exponential times, whose own p-value is half that of chi-squared. With n = 9 no test can say that
    follow-up is insufficient, and a cured fraction needs more than any of them: no p-value replaces knowing
    how late this disease comes back. The tests of Xie, Escobar-Bach & Van Keilegom (2024) and Yuen & Musta
    (2024) need a tuning constant, or a tail, that small samples cannot give; they are not here.

    Examples
    --------
    Remission of 21 patients on 6-MP (Freireich et al. 1963): the last relapse at 23 weeks, the last patient
    seen at 35, four relapses in the twelve weeks before the last.

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> found = hs.sufficient_follow_up(hs.Surv.right(weeks, relapse, unit="weeks"), seed=1)
    >>> found.events_in_window, round(found["alpha_n"].p_value, 4)
    (4, 0.0118)
    >>> found.to_frame().round(2)[["test", "p_value", "calibrated_p_value"]]
          test  p_value  calibrated_p_value
    0  alpha_n     0.01                0.57
    1      q_n     0.01                0.57
    2     shen     0.12                0.40
    3  plateau      NaN                0.46
    4      d_n     1.00                1.00
    """
    _refuse(response, unseen)
    chosen, resamples = confidence_level(level), number_of_resamples(n_resamples)
    generator, seed_text = generator_of(seed)
    time, event, n = response.time, response.event, len(response)
    last, events = float(time.max()), time[event]
    why = _undefined(events, last)
    tests, window = _no_tests(), 0
    if not why:
        seen = follow_up.follow_up_statistics(time[None], event[None])
        window = int(seen.in_window[0])
        tests = _tests(seen, _simulated(time, event, float(unseen), resamples, generator), resamples)
    return FollowUpSufficiency(
        n=n,
        n_events=response.n_events,
        method=(
            "Tests of sufficient follow-up (Maller and Zhou, Shen) and for immunes, p-values by their "
            f"formulas and calibrated by {resamples} simulated samples."
        ),
        conventions=_CONVENTIONS,
        status="not_estimable" if why else "ok",
        reason=why,
        response=response,
        tests=tests,
        last_event=float(events.max()) if events.size else np.nan,
        last_observation=last,
        events_in_window=window,
        smallest_alpha=float((1 - events.size / n) ** n),
        plateau=plateau_of(response, chosen),
        unseen=float(unseen),
        n_resamples=resamples,
        seed=seed_text,
        verdict=_verdict(tests, why, events, last, response.unit),
    )


def _refuse(response: Surv, unseen: Any) -> None:
    """Refuse responses that the tests have no definition for, and a share that is none."""
    needs_kind(response, ("right",), "sufficient_follow_up", "It needs Surv.right.")
    if response.entry is not None:
        raise UnsupportedError(
            "sufficient_follow_up has no definition for delayed entry. Ask it of the patients observed from "
            "the origin."
        )
    if isinstance(unseen, bool) or not isinstance(unseen, (int, float, np.floating)) or not 0 < unseen < 1:
        raise DataError(f"unseen must be a share between 0 and 1, such as 0.05, not {unseen!r}.")


def _no_tests() -> tuple[FollowUpTest, ...]:
    """Return the tests without values."""
    return tuple(
        FollowUpTest(
            name=name,
            question=_question(name),
            statistic=np.nan,
            p_value=np.nan,
            calibrated_p_value=np.nan,
            monte_carlo_error=np.nan,
            source=source,
        )
        for name, source in _SOURCES.items()
    )


def _undefined(events: FloatArray, last: float) -> str:
    """Say why the tests have no value; empty if they have."""
    if not events.size:
        return "nobody had the event, so that the curve is a plateau from the start and says nothing of cure"
    if events.max() >= last:
        return "the last observation is an event: events came until the end of follow-up"
    return ""


def _question(name: str) -> str:
    return "immunes" if name in ("plateau", "d_n") else "sufficient follow-up"


def _simulated(
    time: FloatArray, event: BoolArray, unseen: float, resamples: int, generator: np.random.Generator
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Simulate the statistics at the boundary of insufficient follow-up, and where nobody is cured."""
    n, size = time.size, max(1, _CELLS // time.size)
    rate = -float(np.log(unseen)) / float(time.max())
    share = follow_up.exponential_share(time, event, rate)
    mean = float(time.sum()) / max(int(event.sum()), 1)
    ends, chances = _censoring(time, event)
    parts: tuple[list[list[FloatArray]], list[list[FloatArray]]] = ([], [])
    for first in range(0, resamples, size):
        rows = min(size, resamples - first)
        until = ends[np.searchsorted(chances, generator.random((rows, n)), side="right")]
        drawn = generator.exponential(1 / rate, (rows, n))
        late = np.where(generator.random((rows, n)) < share, drawn, np.inf)
        plain = generator.exponential(mean, (rows, n))
        for part, times, deviance in zip(parts, (late, plain), (False, True), strict=True):
            found = follow_up.follow_up_statistics(
                np.minimum(times, until), times <= until, deviance=deviance
            )
            part.append([found.alpha, found.q, found.shen, found.plateau, found.deviance])
    joined = [[np.concatenate(columns) for columns in zip(*part, strict=True)] for part in parts]
    return joined[0], joined[1]


def _censoring(time: FloatArray, event: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return possible ends of follow-up and their cumulative chances, by the reverse Kaplan-Meier curve."""
    risk = place(time, ~event)
    curve, _ = product_limit(count(risk, np.ones((1, time.size))))
    chances = 1 - curve[0]
    chances[-1] = 1.0
    return risk.times, chances


def _tests(
    seen: follow_up.FollowUpStatistics, simulated: tuple[list[FloatArray], list[FloatArray]], resamples: int
) -> tuple[FollowUpTest, ...]:
    """Compare what was seen with what was simulated."""
    at_boundary, without_cure = simulated
    values = [seen.alpha[0], seen.q[0], seen.shen[0], seen.plateau[0], seen.deviance[0]]
    half = 1.0 if values[4] == 0 else 0.5 * float(chdtrc(1, values[4]))
    formulas = [values[0], values[0], values[2], np.nan, half]
    tests = []
    for k, (name, source) in enumerate(_SOURCES.items()):
        drawn = (at_boundary if _question(name) == "sufficient follow-up" else without_cure)[k]
        small = name in ("alpha_n", "shen")
        extreme = drawn <= values[k] * (1 + 1e-9) if small else drawn >= values[k] * (1 - 1e-9)
        p = (int(extreme.sum()) + 1) / (resamples + 1)
        tests.append(
            FollowUpTest(
                name=name,
                question=_question(name),
                statistic=float(values[k]),
                p_value=float(formulas[k]),
                calibrated_p_value=p,
                monte_carlo_error=float(np.sqrt(p * (1 - p) / (resamples + 1))),
                source=source,
            )
        )
    return tuple(tests)


def _verdict(tests: tuple[FollowUpTest, ...], why: str, events: FloatArray, last: float, unit: str) -> str:
    """Put the answer in words."""
    if why:
        return f"the data say nothing for cure ({why})"
    named = {test.name: test for test in tests}
    long_enough = named["alpha_n"].calibrated_p_value < _SIGNIFICANT
    immunes = named["d_n"].calibrated_p_value < _SIGNIFICANT
    first = (
        f"follow-up goes on for {last - events.max():g} {unit} after the last event, which "
        f"{'speaks for' if long_enough else 'is too little to speak for'} sufficient follow-up "
        f"(calibrated p = {named['alpha_n'].calibrated_p_value:.2g})"
    )
    second = (
        f"{'something speaks' if immunes else 'nothing speaks'} for patients who never have the event "
        f"(calibrated p = {named['d_n'].calibrated_p_value:.2g})"
    )
    return f"{first}; {second}"
