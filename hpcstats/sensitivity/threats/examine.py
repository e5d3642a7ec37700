"""`report`: each threat to a finding, what examining it gives, and whether the conclusion holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.compare import LogrankResult
from hpcstats.errors import DataError, DesignError, HpcstatsError, UnsupportedError
from hpcstats.groups import confidence_level
from hpcstats.nonparametric import SurvivalCurves
from hpcstats.numbers import Text
from hpcstats.randomness import Seed, generator_of
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.threats import of_cox, of_groups
from hpcstats.sensitivity.threats.asked import Asked
from hpcstats.sensitivity.threats.finding import OPEN
from hpcstats.sensitivity.threats.questions import QUESTIONS, Question
from hpcstats.sensitivity.threats.sensitivity_report import SensitivityReport
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.sensitivity.threats.threat import HOLDS, NOT_EXAMINED, Threat

_LEVEL = 0.95


def report(
    fit: Any,
    *,
    term: str | None = None,
    time: float | None = None,
    null: float | None = None,
    level: float | None = None,
    patients: Any = True,
    sources: Any = None,
    duplicates: Any = None,
    fragility: Any = True,
    rounding: Any = None,
    imputation: Any = None,
    missing_bounds: Any = None,
    tipping_point: Any = None,
    best_and_worst_case: Any = True,
    sampling_fractions: Any = None,
    eras: Any = None,
    e_value: Any = True,
    chance: Any = None,
    model: Any = True,
    multiverse: Any = None,
    seed: Seed = None,
) -> SensitivityReport:
    r"""Each threat to a finding: what examining it gives, and whether the conclusion still holds.

    A published estimate has one interval and many weaknesses. This goes through them one by one and says what
    becomes of the sign and of the conclusion; what was not examined stands there as well. It examines one
    threat at a time: several small ones together may do what none does alone.

    Each threat takes True for the usual settings, a mapping of options of the function that examines it, or
    its result if it stands already: then nothing is computed twice. None and False leave it unexamined.

    Parameters
    ----------
    fit : CoxFit, LogrankResult or SurvivalCurves
        What was found. A log-rank test must be two-sided and of two groups.
    term : str, optional
        The coefficient of a Cox model with several.
    time : float, optional
        Time at which curves are examined: two groups by their difference there (`compare_at`), one by its
        proportion against `null`.
    null : float, optional
        The proportion that one curve is compared with.
    level : float, optional
        Of a log-rank test: it concludes where p < 1 - level; 0.95 by default. Other results have their own.
    patients : bool or LeaveOneOut
        Each patient is left out.
    sources : column, name of a column, or LeaveOneOut
        Each paper is left out: the paper of each row.
    duplicates : list of pairs, mapping or Duplicates
        Records that may be one person, as `duplicates` takes them.
    fragility : bool, mapping or Fragility
        How few patients with another status turn a log-rank test.
    rounding : number, column, mapping or RoundingBounds
        Unit to which times were rounded, or `lower` and `upper` as in `rounding_bounds`.
    imputation, missing_bounds : bool, mapping, Imputed or MissingBounds
        Patients who miss a covariate (fit with ``missing="drop"``): values at random, or at their extremes.
    tipping_point, best_and_worst_case : bool, mapping, TippingPoint or BestAndWorstCase
        Those censored fail sooner or later than those still followed, or at once, or never.
    sampling_fractions : mapping or SamplingFractions
        ``fractions`` (and ``by``; the outcome by default) as `sampling_fractions` takes them.
    eras : mapping or Eras
        ``years`` and ``breaks`` as `eras` takes them.
    e_value : bool, mapping or EValue
        How strong an unmeasured confounder would have to be.
    chance : bool, mapping, PermutationTest or BootstrapResult
        A permutation test in the place of the approximation behind few events, or bootstrap limits.
    model : bool or mapping
        With and without Firth's penalty, by both rules for ties (`penalties`, `ties`).
    multiverse : Multiverse or mapping
        Analytic choices, whose main analysis is the fit; or the arguments of `multiverse`.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin; each threat has its own.

    Returns
    -------
    SensitivityReport
        With `finding`, `threats`, `to_frame`, `caution`, `turning_patients`.

    Raises
    ------
    UnsupportedError
        For other results, and arguments that do not belong to this one.
    DesignError
        For a finding without limits or p-value.
    DataError
        For options that cannot be read, and results of other data, another level or another estimate.

    Notes
    -----
    The sign is the side of no difference on which the estimate lies. The conclusion is one of three: the
    interval at the level of the fit lies above no difference, below it, or holds it (of tests: p < 1 - level,
    on one side or the other, or not). An analysis that concludes the same holds; a row with several analyses
    "holds unless" those named, and "turns" if all of them conclude otherwise. Refits take the penalty, ties
    and kind of limits of the fit. Rows that name patients name those of whom one is enough.

    Where no difference is shown, a row that holds says only that none is shown there either. That is no
    evidence of none; the text and `caution` say so.

    Examples
    --------
    Maintenance in acute myelogenous leukaemia (Miller 1997): one patient of several is enough.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import report
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> weeks += [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0] + [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks", id=list("abcdefghijklmnopqrstuvw"))
    >>> fit = hs.cox(y, {"arm": ["maintained"] * 11 + ["not"] * 12}, penalty="firth")
    >>> found = report(fit, chance=True, seed=1)
    >>> found.finding.words()
    'no difference is shown: the 95% interval holds 1'
    >>> for name in ("patients", "chance"):
    ...     print(found[name].result, "|", found[name].conclusion)
    2.00 to 2.80 without one of 23 | holds unless one of 6 patients is left out: a, b, d, e, v and 1 more
    p = 0.068 | holds: no difference shown here either
    >>> str(found["sources"].conclusion)
    'not examined: give sources= the paper of each patient'
    """
    given = {name: value for name, value in locals().items() if name in QUESTIONS}
    subject = _subject(fit, term, time, null, level)
    generator, written = generator_of(seed)
    entropy = int(generator.integers(0, 2**32))
    threats = tuple(
        _examined(subject, name, question, given[name], entropy) for name, question in QUESTIONS.items()
    )
    warned = [
        f"{threat.title}: {text}"
        for threat in threats
        for found in threat.found
        for text in dict.fromkeys(found.warnings)
    ]
    return SensitivityReport(
        n=fit.n,
        n_events=fit.n_events,
        method=f"Each threat examined by itself, all else as in the fit. {fit.method}",
        conventions=_conventions(subject),
        warnings=(*fit.warnings, *warned),
        label=subject.label,
        finding=subject.finding,
        threats=threats,
        headings=tuple(question.heading for question in QUESTIONS.values()),
        subject=subject,
        seed=written,
    )


def _subject(fit: Any, term: Any, time: Any, null: Any, level: Any) -> Subject:
    if isinstance(fit, CoxFit):
        _only({"time": time, "null": null, "level": level}, "a Cox model")
        found = of_cox.subject_of(fit, term)
    elif isinstance(fit, LogrankResult):
        _only({"term": term, "time": time, "null": null}, "a log-rank test")
        found = of_groups.of_test(fit, _LEVEL if level is None else confidence_level(level))
    elif isinstance(fit, SurvivalCurves):
        _only({"term": term, "level": level}, "curves")
        found = of_groups.of_curves(fit, time, null)
    else:
        raise UnsupportedError(
            f"report is not defined for {type(fit).__name__}. Give a fit of hs.cox, a test of hs.logrank, or "
            "curves of hs.kaplan_meier with time=."
        )
    if not found.finding.side:
        raise DesignError(f"{found.label} has no estimate with limits, so that there is nothing to conclude.")
    return found


def _only(others: dict[str, Any], kind: str) -> None:
    wrong = [f"{name}=" for name, value in others.items() if value is not None]
    if wrong:
        raise UnsupportedError(f"{' and '.join(wrong)} does not belong to {kind}. Leave it out.")


def _examined(subject: Subject, name: str, question: Question, given: Any, entropy: int) -> Threat:
    if given is None or given is False:
        return Threat(
            name=name, title=question.title, verdict=NOT_EXAMINED, turning=Text.of(f"give {question.give}")
        )
    if given is True and question.needs_more:
        raise DataError(f"{name}=True does not say enough: give {question.give}.")
    asked = Asked(subject=subject, name=name, title=question.title, given=given, seed=_seed(entropy, name))
    # What nobody spelt out may fail for any reason; wrong options are the caller's to mend.
    forgiven = HpcstatsError if given is True else (DesignError, UnsupportedError)
    try:
        return _soberly(subject, question.examine(asked))
    except forgiven as error:
        return asked.impossible(str(error))


def _soberly(subject: Subject, threat: Threat) -> Threat:
    """Say what holds where that is only that nothing is shown."""
    if subject.finding.side != OPEN or threat.verdict != HOLDS:
        return threat
    more = ("; ", threat.turning) if str(threat.turning) else ()
    return replace(threat, turning=Text.of("no difference shown here either", *more))


def _seed(entropy: int, name: str) -> int:
    """Give each threat random numbers of its own, so that asking for one more changes no other."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype=">u4")
    return int(np.random.SeedSequence(entropy, spawn_key=tuple(map(int, words))).generate_state(1)[0])


def _conventions(subject: Subject) -> tuple[str, ...]:
    main = subject.finding
    level = formats.level(main.level)
    by = (
        f"the {level} interval lies above {main.null:g}, below it, or holds it"
        if main.has_limits
        else f"p < {1 - main.level:.10g} on one side, on the other, or p is larger"
    )
    return (
        f"Conclusion: {by}. It holds where another analysis concludes the same.",
        f"Sign: on which side of {main.null:g} the estimate lies.",
        "Holds unless: some analyses of the row conclude otherwise, and are named.",
        "Turns: all of them do, or that which assumes no more than the fit.",
        "Results are values of the estimate, in brackets its limits, where nothing else is said.",
    )
