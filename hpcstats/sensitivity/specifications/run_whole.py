"""`multiverse`: an analysis under every defensible combination of its choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from hpcstats import formats
from hpcstats.errors import SmallSampleWarning, listing, warn
from hpcstats.groups import confidence_level
from hpcstats.sensitivity.specifications.declared import Choices, Declared, Exclusions, declare
from hpcstats.sensitivity.specifications.outcome import Outcome
from hpcstats.sensitivity.specifications.result import Multiverse
from hpcstats.sensitivity.specifications.solving import solved
from hpcstats.sensitivity.specifications.steps import Steps


def multiverse(
    choices: Choices,
    build: Callable[..., Any],
    *,
    main: Mapping[str, Any],
    prepare: Mapping[str, Callable[..., Any]] | None = None,
    exclude: Exclusions | None = None,
    level: float = 0.95,
) -> Multiverse:
    r"""An estimate under every defensible combination of choices: how much hangs on what the analyst chose.

    Declare before looking which choices could as well have been made otherwise, and which combination is the
    main analysis. The result shows all, marks the main one, and says in which share another sign or another
    conclusion comes out. It is no hunt for the best specification, and the share of significant ones is no
    evidence: for that `permutation_test` of the result tests the whole curve.

    Parameters
    ----------
    choices : mapping
        For each choice its options: a list of values, or labels with values.
    build : callable
        Makes a specification. Its parameters are names of choices and of steps in `prepare`; it returns a
        `CoxTerm`, `MedianTime`, `SurvivalAt`, or an `Outcome` of your own.
    main : mapping
        The option of each choice in the main analysis, by its label.
    prepare : mapping of str to callable, optional
        Steps that are worked out once for all specifications that share the choices they take, for instance
        ``{"data": read}`` with ``def read(inclusion, rounding)``. Steps may take other steps.
    exclude : mapping, optional
        Combinations that make no sense: the reason, and where it applies (option or options of some choices,
        or a list of such). A combination counts under the first reason that applies.
    level : float
        Confidence level.

    Returns
    -------
    Multiverse
        With `to_frame` (a row for each specification), `options`, `influence`, `permutation_test`.

    Raises
    ------
    DesignError
        For choices without alternatives, unknown options, a choice that no function takes, a main analysis
        that is incomplete or excluded, and specifications that estimate different things.
    UnsupportedError, DataError
        For a model that is stated wrongly: an unknown tie rule, kind of interval and the like, which no data
        could mend. What data cannot carry stays in the table, with its reason.

    Notes
    -----
    Every combination that is not excluded is run once (Steegen et al. 2016, doi:10.1177/1745691616658637);
    with the main analysis marked, sorted and drawn this is the specification curve of Simonsohn, Simmons &
    Nelson (2020, doi:10.1038/s41562-020-0912-z). A specification that cannot be estimated stays in the table
    with its reason. Conclusions are read off the intervals: all above the null value, all below it, or open.

    Examples
    --------
    Two choices, with the data of each option prepared once:

    >>> import hpcstats as hs
    >>> time, event = [1, 2, 3, 4, 6, 7, 8, 9], [1, 1, 1, 0, 1, 1, 0, 1]
    >>> y = hs.Surv.right(time, event, id=list("abcdefgh"))
    >>> data = {"x": [1, 0, 1, 0, 1, 0, 1, 0], "site": list("ssssttss")}
    >>> def cases(patients):
    ...     kept = [k for k in range(8) if patients == "all" or data["site"][k] == "s"]
    ...     return y.take(kept), {"x": [data["x"][k] for k in kept]}
    >>> def build(cases, penalty):
    ...     response, covariates = cases
    ...     return hs.sensitivity.CoxTerm(
    ...         response=response, data=covariates, formula=["x"], penalty=penalty
    ...     )
    >>> found = hs.sensitivity.multiverse(
    ...     {"patients": ["all", "site s"], "penalty": {"none": None, "Firth": "firth"}},
    ...     build,
    ...     prepare={"cases": cases},
    ...     main={"patients": "all", "penalty": "Firth"},
    ... )
    >>> found.to_frame()[["patients", "penalty", "main", "estimate", "low", "high"]].round(2)
      patients penalty   main  estimate   low   high
    0      all    none  False      1.84  0.30  14.12
    1      all   Firth   True      1.71  0.33  10.46
    2   site s    none  False      2.30  0.22  49.82
    3   site s   Firth  False      1.92  0.25  21.18
    >>> test = found.permutation_test(99, seed=1)
    >>> test.to_frame()[["statistic", "observed", "p_value"]].round(2)
                                statistic  observed  p_value
    0                     median estimate      1.88     0.61
    1  share significant in one direction      0.00     1.00
    2                              mean Z      0.66     0.61
    """
    level = confidence_level(level)
    declared = declare(choices, main, exclude)
    steps = Steps.of(build, {} if prepare is None else prepare, declared.names)
    outcomes, notes = solved(declared, steps, level)
    label, logarithmic, null = next(one.quantity for one in outcomes if one.label)
    missing = _without_estimate(declared, outcomes)
    chosen = outcomes[declared.main]
    return Multiverse(
        n=chosen.n,
        n_events=chosen.n_events,
        method=_sentence(declared, level),
        conventions=(
            "n and n_events are those of the main analysis.",
            "Conclusion: where the interval lies, above or below the null value, or open.",
        ),
        warnings=(*missing, *notes),
        status=chosen.status,
        reason=chosen.reason,
        declared=declared,
        outcomes=outcomes,
        level=level,
        label=label,
        logarithmic=logarithmic,
        null=null if null is None or not logarithmic else math.exp(null),
    )


def _sentence(declared: Declared, level: float) -> str:
    left_out = sum(declared.excluded.values())
    excluded = f", {left_out:,} of all combinations excluded" if left_out else ""
    return (
        f"Multiverse of {len(declared.kept):,} specifications from {len(declared.names)} choices{excluded}, "
        f"{formats.level(level)} intervals."
    )


def _without_estimate(declared: Declared, outcomes: tuple[Outcome, ...]) -> tuple[str, ...]:
    missing = [one for one in outcomes if one.status != "ok"]
    if not missing:
        return ()
    note = (
        f"{len(missing)} of {len(outcomes)} specifications have no finite estimate"
        f"{_always(declared, outcomes)}; the first: {missing[0].reason}"
    )
    warn(note, SmallSampleWarning)
    return (note,)


def _always(declared: Declared, outcomes: tuple[Outcome, ...]) -> str:
    """Name the options without any estimate: such a choice asks for what the data cannot give."""
    known = [labels for labels, one in zip(declared.kept, outcomes, strict=True) if one.status == "ok"]
    found = [
        f"{name}={label}"
        for place, (name, labels) in enumerate(declared.options.items())
        for label in labels
        if known and all(row[place] != label for row in known)
    ]
    return f", among them all with {listing(found)}" if found else ""
