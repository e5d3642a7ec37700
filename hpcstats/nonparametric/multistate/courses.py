"""`illness_death`: the proportion of patients in each state of their course by each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.competing.limits import SCALES
from hpcstats.core.multistate.paths import covariance, influences, paths
from hpcstats.errors import DesignError, NonIdentifiableWarning, check_option, warn
from hpcstats.groups import confidence_level, number_of
from hpcstats.nonparametric.multistate.model import Model
from hpcstats.nonparametric.multistate.state_probabilities import StateProbabilities
from hpcstats.surv import Surv

VARIANCES = {
    "infinitesimal-jackknife": "infinitesimal-jackknife variance over patients",
    "greenwood": "Greenwood-type variance",
    "aalen": "Aalen-type variance",
}
CONVENTIONS = (
    "At risk of leaving a state at t: entry < t <= exit.",
    "Tied moves share one risk set; the probabilities of all states add up to 1 at every time.",
    (
        "Probabilities from the origin hold without the Markov assumption if censoring is independent of the "
        "course; probabilities from a later time by 'aalen-johansen' rest on it."
    ),
    "The curves stop at the last observation.",
)


def illness_death(
    response: Surv,
    *,
    interval: str = "log-log",
    level: float = 0.95,
    variance: str = "infinitesimal-jackknife",
    weights: Any = None,
) -> StateProbabilities:
    r"""State occupation probabilities: the proportion in each state of a course that goes one way.

    The states may be those of the illness-death model (well, ill, dead) or any others without a way back,
    such as primary, local recurrence, metastasis, death. Use it where the order of events matters: how many
    live with a metastasis at five years, and what awaits a patient who has just recurred. For the first of
    several events alone `aalen_johansen` is enough, for one event `kaplan_meier`.

    Parameters
    ----------
    response : Surv
        From `Surv.multistate`, one row a stay, also with delayed entry and interruptions.
    interval : {"log-log", "plain", "log", "logit", "arcsin", "complementary-log-log"}
        Scale on which the pointwise interval of a probability is symmetric.
    level : float
        Confidence level, a proportion.
    variance : {"infinitesimal-jackknife", "greenwood", "aalen"}
        The first needs no Markov assumption and is R's ``survfit``; the others are those of R's ``mstate``
        and ``etm``.
    weights : column of numbers, optional
        Case weights, the same in all rows of a patient; sampling weights.

    Returns
    -------
    StateProbabilities
        With `to_frame`, `at`, `transition`, `length_of_stay`, `moves`, `risk_table`.

    Raises
    ------
    DesignError
        If a state can be entered again, or nobody is observed from the origin.
    DataError, UnsupportedError
        For unusable columns, another kind of response and unknown options.

    Warns
    -----
    NonIdentifiableWarning
        Where everybody at risk in a state leaves it although others come under observation in it later.

    Notes
    -----
    With :math:`n_g` at risk in state g and :math:`d_{gh}` moves from g to h at a time, the Aalen-Johansen
    estimator (Aalen & Johansen 1978, Scand J Stat 5:141) is

    .. math:: \hat p(t) = \hat p(0) \prod_{u \le t} (I + d\hat A(u)), \qquad d\hat A_{gh} = d_{gh} / n_g

    with each row of dA adding up to 0. From the origin it is consistent for any course, Markov or not (Datta
    & Satten 2001, doi:10.1016/S0167-7152(01)00155-9).

    Examples
    --------
    Six patients, of whom three fall ill:

    >>> import hpcstats as hs
    >>> y = hs.Surv.multistate(
    ...     [0, 0, 2, 0, 3, 0, 0, 1, 0],
    ...     [4, 2, 5, 3, 7, 6, 1, 6, 8],
    ...     ["well", "well", "ill", "well", "ill", "well", "well", "ill", "well"],
    ...     ["dead", "ill", "dead", "ill", None, None, "ill", "dead", None],
    ...     states=["well", "ill", "dead"],
    ...     id=[1, 2, 2, 3, 3, 4, 5, 5, 6],
    ... )
    >>> found = hs.illness_death(y)
    >>> found.at(6)[["state", "estimate", "std_error"]].round(4)
      state  estimate  std_error
    0  well    0.3333     0.1925
    1   ill    0.1667     0.1521
    2  dead    0.5000     0.2041
    """
    check_option("interval", interval, SCALES)
    check_option("variance", variance, VARIANCES)
    level = confidence_level(level)
    model = Model.of(response, weights)
    case = model.weights[None]
    start = model.start(case)
    if np.isnan(start).any():
        raise DesignError(
            "Nobody with weight is observed from the origin, so that where patients start is not known."
        )
    moves = model.moves(case)
    estimate = paths(start, moves.steps)
    fragile = _emptied(model, moves.at_risk[0], moves.moves[0])
    if fragile:
        warn(fragile, NonIdentifiableWarning)
    counted = model.weights[model.patient] > 0
    events = int(np.count_nonzero(response.event & counted))
    return StateProbabilities(
        n=number_of(model.weights),
        n_events=events,
        method=(
            f"Aalen-Johansen state occupation probabilities with pointwise {formats.level(level)} {interval} "
            f"interval ({VARIANCES[variance]})."
        ),
        conventions=CONVENTIONS,
        warnings=(fragile,) if fragile else (),
        status="ok" if events else "boundary",
        reason="" if events else "no moves: everybody stays where they were, with variance 0",
        response=response,
        model=model,
        counts=moves,
        start=start,
        estimate=estimate[0],
        std_error=_errors(model, start, estimate, variance),
        interval=interval,
        level=level,
        variance=variance,
    )


def _errors(model: Model, start: FloatArray, estimate: FloatArray, variance: str) -> FloatArray:
    moves = model.moves(model.weights[None])
    if variance == "infinitesimal-jackknife":
        each = influences(start, model.start_influence(start), estimate, moves, model.stays, model.patient)
        spread = np.array([(model.weights[:, None] * own) ** 2 for own in each]).sum(axis=1)
    else:
        spread = np.diagonal(covariance(start, estimate, moves, moves.steps, variance), axis1=1, axis2=2)
    error: FloatArray = np.sqrt(np.maximum(spread, 0.0))
    return error


def _emptied(model: Model, at_risk: FloatArray, moves: FloatArray) -> str:
    """Say where all at risk leave a state although others come under observation in it later."""
    _, opening = np.unique(model.patient, return_index=True)
    leaving = moves.sum(axis=2)
    for state, name in enumerate(model.states):
        late = model.stays.first[opening][model.stays.here[opening] == state]
        emptied = np.flatnonzero((leaving[:, state] > 0) & (leaving[:, state] == at_risk[:, state]))
        if late.size and emptied.size and emptied[0] < late.max():
            return (
                f"At {model.stays.times[emptied[0]]:g} {model.response.unit} all patients at risk in state "
                f"{name!r} leave it, but others come under observation in it later: the estimate holds it "
                "for empty from then on. Condition on a later time with transition()."
            )
    return ""
