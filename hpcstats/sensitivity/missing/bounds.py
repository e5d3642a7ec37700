"""`missing_bounds`: how far the missing values of a binary covariate could move a hazard ratio."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from hpcstats.errors import NonIdentifiableWarning, warn
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.randomness import Seed, generator_of
from hpcstats.regression.choices import Choices
from hpcstats.results import Status
from hpcstats.sensitivity.missing.bounds_result import SCENARIOS, MissingBounds
from hpcstats.sensitivity.missing.bounds_task import Task
from hpcstats.sensitivity.missing.fills import Fills
from hpcstats.sensitivity.missing.options import whole_number
from hpcstats.surv import Surv


def missing_bounds(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    variable: str | None = None,
    term: str | None = None,
    ties: str = "efron",
    penalty: Any = "firth",
    interval: str = "auto",
    level: float = 0.95,
    most: int = 4096,
    seed: Seed = 1,
) -> MissingBounds:
    """Smallest and largest hazard ratio over all values that a missing binary covariate could have.

    It assumes nothing about why values are missing, so that the estimate that complete data would have given
    lies between the bounds; with many gaps they are wide, and that is the finding. `impute` says what to
    expect if values are missing at random.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    data : frame
        Covariates, one row for each row of `response`.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`; None takes every column.
    variable : str, optional
        The covariate whose gaps are filled, of two levels; by default the only one with gaps. Patients who
        miss another covariate are left out and counted.
    term : str, optional
        The coefficient to be bounded; by default that of `variable`. To be named where it stands in an
        interaction.
    ties, penalty, interval, level
        As in `hpcstats.cox`.
    most : int
        Distinct fills up to which all are fitted; beyond, the bounds are searched.
    seed : int, SeedSequence, Generator or None
        Where the random starts of the search begin.

    Returns
    -------
    MissingBounds
        With `to_frame`, `assignments`, `direction_holds`, `exact`.

    Raises
    ------
    DesignError
        Where nothing is missing, there are no events, the covariate has more than two levels or only one
        known, or several columns have gaps and `variable` is not named.
    DataError, UnsupportedError
        As `hpcstats.cox`.

    Notes
    -----
    Patients with a gap who are alike in all a Cox model sees (risk sets, ending, other covariates) can change
    places, so that only how many of them have the second level matters: there are prod(c + 1) distinct fills
    for classes of c patients. Up to `most` all are fitted and the bounds are exact. Otherwise a local search
    moves one patient, or exchanges two, from several starts until nothing improves; such bounds are reached
    by fills that are given, but wider ones may exist. Where the likelihood of a fill rises for ever the bound
    is infinite (status "boundary"); fills that leave the coefficient without contrast are counted. Limits are
    those of the model at a bound, not bounds of limits. Manski 1990 (American Economic Review 80:319) has the
    idea of bounds without assumptions.

    Examples
    --------
    Eight patients, the group of two unknown.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.missing import missing_bounds
    >>> y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 0, 1, 1, 0, 1])
    >>> found = missing_bounds(y, {"group": ["a", "b", None, "a", "b", "a", None, "b"]})
    >>> found.to_frame()[["scenario", "n", "first", "second", "hazard_ratio"]].round(2)
             scenario  n  first  second  hazard_ratio
    0  complete cases  6      0       0          0.76
    1       all first  8      2       0          1.10
    2      all second  8      0       2          0.64
    3          lowest  8      1       1          0.46
    4         highest  8      1       1          1.53
    >>> found.exact
    True
    """
    needs_kind(response, ("right",), "missing_bounds", "It needs one right-censored row a patient.")
    Choices.checked(ties, penalty, interval, level, None)
    how = {"ties": ties, "penalty": penalty, "interval": interval, "level": confidence_level(level)}
    most = whole_number(most, "most", 1)
    generator, seeded = generator_of(seed)
    task = Task.of(response, data, formula, variable, term)
    fills, written = task.fills(ties, penalty), ""
    exact = fills.number <= most
    if exact:
        low, high = fills.enumerate_all()
    else:
        written, order = seeded, task.order(fills)
        low, high = (fills.search(sign, order, generator) for sign in (1, -1))
    codes = {SCENARIOS[3]: fills.codes(low), SCENARIOS[4]: fills.codes(high)}
    rows = task.scenarios(codes, how)
    notes = _notes(fills, exact)
    status, reason = _status(rows)
    return MissingBounds(
        n=len(task.response),
        n_events=task.response.n_events,
        method=_sentence(task, fills, exact, written),
        conventions=("Complete cases first; limits are those of the model with these values.",),
        warnings=notes,
        status=status,
        reason=reason,
        variable=task.gap.name,
        term=task.term,
        levels=(task.gap.levels[0], task.gap.levels[1]),
        rows=rows,
        fills=codes,
        missing=task.names(),
        exact=exact,
        n_fits=fills.n_fits,
        n_fills=fills.number,
        n_not_estimable=fills.n_unknown,
        seed=written,
        level=level,
        response=task.response,
    )


def _status(rows: Mapping[str, Mapping[str, Any]]) -> tuple[Status, str]:
    """Tell whether both bounds exist and are finite."""
    bounds = [rows[name] for name in SCENARIOS[3:]]
    for state, odd in (("not_estimable", math.isnan), ("boundary", math.isinf)):
        for row in bounds:
            if odd(row["coef"]):
                return cast(Status, state), row["reason"]
    return "ok", ""


def _notes(fills: Fills, exact: bool) -> tuple[str, ...]:
    notes = []
    if not exact:
        notes.append(
            f"The bounds are searched, not proven: {fills.n_fits} of {fills.number:.3g} distinct fills were "
            "fitted. Wider bounds may exist."
        )
    if fills.n_unknown:
        notes.append(
            f"{fills.n_unknown} of {fills.n_fits} fills have no estimate, because they leave the coefficient "
            "without contrast. The bounds are those of the others."
        )
        warn(notes[-1], NonIdentifiableWarning)
    return tuple(notes)


def _sentence(task: Task, fills: Fills, exact: bool, seed: str) -> str:
    how = (
        f"all {int(fills.number)} distinct fills were fitted"
        if exact
        else f"local search over {fills.number:.3g} distinct fills, {fills.n_fits} fits, seed {seed}"
    )
    others = f" ({task.n_left_out} who miss another covariate left out)" if task.n_left_out else ""
    return (
        f"Bounds of the hazard ratio of {task.term} over all values of {task.gap.name}, missing in "
        f"{task.gaps.size} of {len(task.response)} patients{others}: {how}."
    )
