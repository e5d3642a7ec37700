"""What a multi-state model says of moves, of patients in one state at one time, and of mean stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.multistate.paths import covariance, influences, paths
from hpcstats.core.multistate.proportions import by_proportions
from hpcstats.core.multistate.stays import Moves
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DataError, DesignError, check_option
from hpcstats.randomness import generator_of, number_of_resamples

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.multistate.state_probabilities import StateProbabilities

METHODS = ("aalen-johansen", "landmark", "titman")
_CELLS = 4_000_000


def moves(found: StateProbabilities) -> pd.DataFrame:
    """Return the frame that `StateProbabilities.moves` documents."""
    import pandas as pd

    response, model = found.response, found.model
    assert response.entry is not None
    weights = model.weights[model.patient]
    rows = []
    for here, there in np.argwhere(model.allowed).tolist():
        stays = model.stays.here == here
        made = stays & (model.stays.there == there)
        rows.append(
            {
                "from_state": found.states[here],
                "to_state": found.states[there],
                "patients": weights[made].sum(),
                "time_at_risk": (weights * (response.time - response.entry))[stays].sum(),
            }
        )
    return pd.DataFrame(rows, columns=["from_state", "to_state", "patients", "time_at_risk"])


def transition(
    found: StateProbabilities,
    times: Any,
    from_state: Any,
    from_time: float,
    method: str,
    n_resamples: int,
    seed: Any,
) -> pd.DataFrame:
    """Return the frame that `StateProbabilities.transition` documents."""
    check_option("method", method, METHODS)
    asked = found.within_follow_up(times)
    if (asked < from_time).any():
        raise DataError(f"times begin before from_time={from_time:g}. Ask for later times.")
    here = found.model.state(from_state)
    there = found.model.in_state(here, from_time) & (found.model.weights > 0)
    if not there.any():
        raise DesignError(
            f"Nobody is under observation in state {from_state!r} at {from_time:g} {found.response.unit}. "
            "Choose another landmark."
        )
    kept = there if method != "aalen-johansen" else np.ones_like(there)
    start = np.zeros((1, len(found.states)))
    start[0, here] = 1.0
    weights = np.where(kept, found.model.weights, 0.0)
    if method == "titman":
        columns = _titman(found, weights, from_time, asked, n_resamples, seed)
    else:
        columns = _product(found, weights, from_time, asked, start)
    frame = found.by_state(asked, np.zeros_like(columns[0]), columns[0], columns[1]).drop(columns="at_risk")
    if len(columns) == 4:
        frame["low"], frame["high"] = columns[2].T.ravel(), columns[3].T.ravel()
    frame.insert(0, "patients", int(np.count_nonzero(there)))
    frame.insert(0, "from_time", float(from_time))
    frame.insert(0, "from_state", str(from_state))
    return frame


def _later(found: StateProbabilities, weights: FloatArray, landmark: float) -> tuple[FloatArray, Moves]:
    """Return the grid after a landmark, and the numbers there under patients' weights (B, P)."""
    times = found.time
    after = times > landmark * (1 + SAME_TIME)
    counts = found.model.moves(weights)
    return times[after], Moves(counts.at_risk[:, after], counts.moves[:, after])


def _product(
    found: StateProbabilities, weights: FloatArray, landmark: float, asked: FloatArray, start: FloatArray
) -> tuple[FloatArray, ...]:
    grid, counts = _later(found, weights[None], landmark)
    kind = "aalen" if found.variance == "aalen" else "greenwood"
    estimate = paths(start, counts.steps)
    spread = covariance(start, estimate, counts, counts.steps, kind)
    error = np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0.0))
    columns = [_at(grid, estimate[0], asked, start[0]), _at(grid, error, asked, np.zeros(start.shape[1]))]
    return tuple(columns)


def _titman(
    found: StateProbabilities,
    weights: FloatArray,
    landmark: float,
    asked: FloatArray,
    n_resamples: int,
    seed: Any,
) -> tuple[FloatArray, ...]:
    rng, _ = generator_of(seed)
    size = number_of_resamples(n_resamples)
    rows = np.flatnonzero(weights > 0)
    chances = weights[rows] / weights[rows].sum()
    drawn = np.zeros((size, weights.size))
    drawn[:, rows] = rng.multinomial(rows.size, chances, size=size)
    start = np.zeros(len(found.states))
    start[int(found.model.stays.here[_row_at(found, rows[0], landmark)])] = 1.0

    def estimate(case: FloatArray) -> FloatArray:
        grid, counts = _later(found, case, landmark)
        known = by_proportions(counts, found.model.allowed, found.model.absorbing)
        return np.stack([_at(grid, one, asked, start) for one in known])

    length = max(1, _CELLS // max(1, found.time.size * len(found.states) ** 2))
    parts = [estimate(drawn[begin : begin + length]) for begin in range(0, size, length)]
    replicates = np.concatenate(parts)
    tail = (1 - found.level) / 2
    centre = estimate(weights[None])[0]
    # Where replicates have nobody left to see, limits would speak of the others only.
    known = ~np.isnan(replicates).any(axis=0)
    sound = np.where(known, replicates, 0.0)
    low, high = np.quantile(sound, [tail, 1 - tail], axis=0)
    error = sound.std(axis=0, ddof=1)
    return centre, *(np.where(known, values, np.nan) for values in (error, low, high))


def _row_at(found: StateProbabilities, patient: int, time: float) -> int:
    assert found.response.entry is not None
    near = SAME_TIME * max(1.0, abs(time))
    of_patient = found.model.patient == patient
    inside = (found.response.entry <= time + near) & (found.response.time > time + near)
    return int(np.flatnonzero(of_patient & inside)[0])


def _at(grid: FloatArray, values: FloatArray, asked: FloatArray, before: FloatArray) -> FloatArray:
    """Read a step function (T, S) at times: (A, S)."""
    position = np.searchsorted(grid, asked * (1 + SAME_TIME), side="right") - 1
    if not grid.size:
        return np.tile(before, (asked.size, 1))
    return np.where((position < 0)[:, None], before, values[np.maximum(position, 0)])


def length_of_stay(found: StateProbabilities, horizon: float) -> pd.DataFrame:
    """Return the frame that `StateProbabilities.length_of_stay` documents."""
    import pandas as pd

    [end] = found.within_follow_up(horizon)
    model = found.model
    widths = np.diff(np.append(np.minimum(found.time, end), end))
    first = min(float(found.time[0]), float(end))
    estimate = first * found.start[0] + widths @ found.estimate
    begin = model.start_influence(found.start)
    total = first * begin
    each = influences(found.start, begin, found.estimate[None], found.counts, model.stays, model.patient)
    for width, influence in zip(widths, each, strict=True):
        total = total + width * influence
    error = np.sqrt(((model.weights[:, None] * total) ** 2).sum(axis=0))
    z = normal_quantile(found.level)
    return pd.DataFrame(
        {
            "state": np.array(found.states, dtype=object),
            "horizon": float(end),
            "estimate": estimate,
            "std_error": error,
            "low": np.maximum(estimate - z * error, 0.0),
            "high": np.minimum(estimate + z * error, float(end)),
        }
    )
