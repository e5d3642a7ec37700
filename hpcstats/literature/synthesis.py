"""`residual_risk`: how likely an event ever is, from cohorts, times when it comes, from cases."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray, as_numbers
from hpcstats.errors import DataError, SmallSampleWarning, listing, warn
from hpcstats.groups import confidence_level
from hpcstats.literature.pooling.pooled_estimate import PooledEstimate
from hpcstats.literature.synthesis_curves import CurveDraws, curve_draws
from hpcstats.literature.synthesis_result import Ever, ResidualRisk
from hpcstats.randomness import Seed, generator_of, number_of_resamples

_FEW = 10


def residual_risk(
    curve: Any,
    ever: Any,
    *,
    given: Any = (1.0, 2.0, 5.0, 10.0, 15.0),
    catch: Any = (0.8, 0.9, 0.95),
    reached: float = 1.0,
    alive: Any = None,
    level: float = 0.95,
    n_draws: int = 4000,
    seed: Seed = None,
) -> ResidualRisk:
    """The risk that is left to a patient free of an event at s years, and how long follow-up must last.

    Cohorts tell how many ever have the event, cases when those who have it do; neither tells both. Where
    cohorts are silent on P(ever), give the range it may lie in: each value is then an assumption, and the
    limits hold the uncertainty of the curve alone.

    Parameters
    ----------
    curve : CurveDraws, Surv, result or frame
        F(t | T <= t*) with draws, or what `curve_draws` makes them from. Use times corrected for truncation:
        as reported they are too short.
    ever : number, column of numbers, mapping, or PooledEstimate
        P(ever): assumed values, or by label assumed values, arrays of draws, or proportions from
        `pool_proportions`, whose uncertainty then enters.
    given : column of numbers
        Times s at which the patient is free of the event.
    catch : column of numbers
        Shares of the events that follow-up should catch.
    reached : float
        Share of all events assumed to have come by t*. The data cannot tell: 1 is the usual silent
        assumption, and with less the rest comes after t*.
    alive : column of numbers, optional
        For each given time the share still alive of those who never have the event. Then the risk is that of
        the living; without it deaths count as patients free of the event, and the risk comes out too low.
    level : float
        Level of the limits, a proportion.
    n_draws : int
        Draws of the curve, where it comes without.
    seed : int, SeedSequence, Generator or None
        As everywhere.

    Returns
    -------
    ResidualRisk
        With `to_frame`, `follow_up` and `incidence`.

    Raises
    ------
    DataError
        For values outside 0 to 1, times below 0, columns that do not fit, and curves that are none.

    Notes
    -----
    With P = P(ever), c = `reached` and a = alive at s,

    P(s < T <= t* | free at s) = P c (F(t*) - F(s)) / (P (1 - c F(s)) + (1 - P) a),   F(t*) = 1,

    and with c = a = 1 this is P (1 - F(s)) / (1 - P F(s)). The follow-up that catches a share q of the events
    is the first t with c F(t) >= q. Limits are quantiles of the draws of P and F, taken independently.

    Examples
    --------
    Half of all events are late; one in ten patients ever has one:

    >>> import hpcstats as hs
    >>> curve = {"time": [2, 10], "estimate": [0.5, 1.0]}
    >>> risk = hs.literature.residual_risk(
    ...     hs.literature.curve_draws(curve, [[0.4, 1.0], [0.5, 1.0], [0.6, 1.0]]),
    ...     [0.1],
    ...     given=[1, 5],
    ... )
    >>> risk.to_frame()[["given", "estimate", "low", "high"]].round(4)
       given  estimate     low    high
    0    1.0    0.1000  0.1000  0.1000
    1    5.0    0.0526  0.0426  0.0625
    """
    generator, text = generator_of(seed)
    drawn = curve if isinstance(curve, CurveDraws) else curve_draws(curve, n_draws=n_draws, seed=generator)
    number_of_resamples(n_draws)
    times = _proportions_or_times(given, "given", largest=math.inf)
    living = np.ones(times.size) if alive is None else _proportions_or_times(alive, "alive", largest=1.0)
    if living.size != times.size:
        raise DataError(f"alive has {living.size} values for {times.size} given times.")
    share = _proportions_or_times([reached], "reached", largest=1.0)
    values = tuple(_values(ever, drawn.draws.shape[0], generator))
    chosen = confidence_level(level)
    return ResidualRisk(
        n=drawn.n,
        n_events=drawn.n,
        method=_sentence(drawn, values, chosen),
        conventions=_conventions(drawn, float(share[0]), alive is not None),
        warnings=_few(drawn),
        status="boundary" if np.all(times >= drawn.t_star) else "ok",
        reason="no given time lies before t*" if np.all(times >= drawn.t_star) else "",
        curve=drawn,
        ever=values,
        given=tuple(times.tolist()),
        catch=tuple(_proportions_or_times(catch, "catch", largest=1.0).tolist()),
        reached=float(share[0]),
        alive=tuple(living.tolist()),
        level=chosen,
        seed=text,
    )


def _proportions_or_times(values: Any, name: str, *, largest: float) -> FloatArray:
    found = as_numbers(values, name)
    wrong = ~((found >= 0) & (found <= largest))
    if wrong.any() or not found.size:
        what = "proportions from 0 to 1" if largest == 1 else "times from 0 on"
        raise DataError(f"{name} must be {what}, not {listing(f'{value:g}' for value in found[wrong])}.")
    return found


def _values(ever: Any, n_draws: int, generator: np.random.Generator) -> Iterator[Ever]:
    """Read P(ever) as labelled values with as many draws as the curve has."""
    if isinstance(ever, PooledEstimate):
        ever = {"pooled": ever}
    if isinstance(ever, (int, float, np.floating)) and not isinstance(ever, bool):
        ever = [ever]
    named = ever if isinstance(ever, Mapping) else {f"{p:g}": p for p in as_numbers(ever, "ever").tolist()}
    if not named:
        raise DataError("ever names no value. Give at least one.")
    for label, value in named.items():
        yield _value(str(label), value, n_draws, generator)


def _value(label: str, value: Any, n_draws: int, generator: np.random.Generator) -> Ever:
    if isinstance(value, PooledEstimate):
        if value.quantity != "proportion":
            raise DataError(f"{label}: P(ever) is a proportion, not a pooled {value.quantity}.")
        draws = value.draws(n_draws, seed=generator)
        return Ever(label=label, estimate=value.estimate, draws=draws, fixed=False, sources=value.sources)
    alone = isinstance(value, (int, float, np.number))
    found = _proportions_or_times([value] if alone else value, label, largest=1.0)
    if alone:
        return Ever(label=label, estimate=float(found[0]), draws=np.full(n_draws, found[0]), fixed=True)
    draws = generator.choice(found, n_draws)
    return Ever(label=label, estimate=float(np.median(found)), draws=draws, fixed=False)


def _sentence(curve: CurveDraws, values: tuple[Ever, ...], level: float) -> str:
    drawn = [ever.label for ever in values if not ever.fixed]
    from_cohorts = (
        f"with draws of P(ever) for {listing(drawn)}" if drawn else "with assumed values of P(ever)"
    )
    return (
        f"Risk of the event after a time without it: P(ever) times the distribution of the time among those "
        f"who have it, {from_cohorts}; {formats.level(level)} limits are quantiles of "
        f"{len(curve.draws)} draws. {curve.method}"
    )


def _conventions(curve: CurveDraws, reached: float, living: bool) -> tuple[str, ...]:
    end = f"{curve.t_star:g} {curve.unit}"
    return (
        (
            f"Nothing is identified beyond t* = {end}, the longest reported time: {formats.percent(reached)} "
            "of all events are taken to have come by then."
        ),
        "The risk is that of a patient alive and free of the event."
        if living
        else "Patients who have died count as free of the event: for the living the risk is higher.",
        "The draws of P(ever) and of the curve are independent.",
    )


def _few(curve: CurveDraws) -> tuple[str, ...]:
    if not 0 < curve.n < _FEW:
        return ()
    text = (
        f"The distribution of the time rests on {curve.n} patients: resampling them cannot show times that "
        "none of them has, so that the limits are too narrow."
    )
    warn(text, SmallSampleWarning)
    return (text,)
