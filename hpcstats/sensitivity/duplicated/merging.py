"""`duplicates`: what becomes of an answer where records that may be one person are merged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import check_option
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.duplicated.answers import Answers
from hpcstats.sensitivity.duplicated.duplicates_result import Duplicates
from hpcstats.sensitivity.duplicated.mergers import ONE, Merger, mergers
from hpcstats.sensitivity.duplicated.pairs import read_pairs
from hpcstats.sensitivity.duplicated.records import KEEP, Records
from hpcstats.sensitivity.refitting.choice import choose, shown
from hpcstats.sensitivity.refitting.limits import level_of
from hpcstats.sensitivity.refitting.refits import Refits
from hpcstats.surv import Surv

_KEPT = {
    "longer": "the record followed longer, of equal ones that with an event, else the one named first",
    "first": "the record named first",
    "second": "the record named last",
}


def duplicates(fit: Any, pairs: Iterable[Any], *, keep: str = "longer", statistic: Any = None) -> Duplicates:
    r"""Estimates with none, all, and each pair of records merged that may be one patient.

    A patient published twice counts twice: intervals are too short, and an early event pulls harder than it
    should. Whether two reports describe one person can often not be known; whether it matters can.

    Parameters
    ----------
    fit : CoxFit, SurvivalCurves, CumulativeHazard, CumulativeIncidence, TruncatedDistribution or Surv
        What is estimated again; its response must have identifiers.
    pairs : iterable
        Pairs of identifiers, candidates of `hpcstats.literature.candidate_duplicates`, or the problems of
        `hpcstats.literature.validate` (those about two patients). Pairs that were judged to be different
        persons are never merged and say so.
    keep : {"longer", "first", "second"}
        Which record stands for the person: that followed longer, if equal that with an event, else that named
        first; or by the order of the pair (in a chain of pairs the one named first, or last, of all).
    statistic : optional
        Of a Cox model "hazard_ratio" (default) or "coefficient"; else as in `bootstrap`.

    Returns
    -------
    Duplicates
        With `to_frame`: analysis, merged, kept, left_out, n, n_events, names of the quantity, estimate, low,
        high, change, status, reason, note. Without pairs there is one analysis, none merged.

    Raises
    ------
    DataError
        For a response without identifiers, what is no pair, identifiers of another type than those of the
        response, a record paired with itself, a pair given twice, or a record whose frequency says that it
        stands for several patients.
    UnsupportedError
        For another result, or an unknown `keep`.

    Notes
    -----
    To merge is to give the record that is left out the weight 0,

    .. math:: \hat\theta_a = \hat\theta(w_a), \qquad w_{ai} = w_i\,[\,i \text{ is kept in analysis } a\,]

    so that all analyses are one weight matrix (A, n). Each equals the fit of the data without the rows left
    out. Limits are made by the method of the fit itself, from what is left (of Cox models and survival
    curves; of other results normal ones from the standard error, on the scale of their interval). With all
    merged a = b and b = c make one person, also through a record that is not in the analysis; a pair that
    would so make one person of two records judged to be different is then left aside, by the alphabet and not
    by their order, and named.
    Pairs of which one record is not in the analysis change nothing. Records are not combined: the one kept
    stays as it was published.

    Examples
    --------
    Six records, of which b and c may be one person, and f is not in the analysis.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.duplicated import duplicates
    >>> y = hs.Surv.right([1, 2, 3, 4, 6], [1, 1, 1, 0, 1], id=list("abcde"))
    >>> found = duplicates(hs.kaplan_meier(y), [("b", "c"), ("a", "f")], statistic=("at", 2))
    >>> found.to_frame()[["analysis", "merged", "left_out", "n", "estimate", "change"]]
              analysis        merged left_out  n  estimate  change
    0      none merged                         5      0.60    0.00
    1       all merged  b = c; a = f        b  4      0.75    0.15
    2  one pair merged         b = c        b  4      0.75    0.15
    3  one pair merged         a = f           5      0.60    0.00
    >>> found.mergers[2].note
    'c kept: longer follow-up, 3 against 2 years'
    >>> found.mergers[3].note
    'nothing changes, not in this analysis: f'
    """
    check_option("keep", keep, KEEP)
    read = read_pairs(pairs)
    if statistic is None and isinstance(fit, CoxFit):
        statistic = "hazard_ratio"
    sample, refits = choose(fit, statistic, "same")
    records = Records.of(sample, fit.dropped_patients() if isinstance(fit, CoxFit) else ())
    named = [id_ for pair in read for id_ in pair.ids]
    records.refuse_other_types(named)
    records.refuse_repeated(sample, named)
    analyses = tuple(mergers(read, records, keep))
    left_out = np.array([records.rows(merger.left_out, len(sample.response)) for merger in analyses])
    weights = np.where(left_out, 0.0, sample.weights)
    answers = Answers.of(fit, sample, refits, weights)
    return Duplicates(
        n=sample.n,
        n_events=sample.n_events,
        method=_sentence(fit, refits, keep, analyses),
        conventions=_conventions(refits),
        columns=dict(refits.columns),
        mergers=analyses,
        sizes=answers.sizes,
        events=answers.events,
        estimates=shown(refits, answers.estimates),
        low=answers.low,
        high=answers.high,
        change=shown(refits, answers.estimates - answers.estimates[0]),
        statuses=answers.statuses,
        reasons=answers.reasons,
        keep=keep,
        level=level_of(fit),
        response=sample.response,
    )


def _sentence(fit: Any, refits: Refits, keep: str, analyses: tuple[Merger, ...]) -> str:
    single = [merger for merger in analyses if merger.analysis == ONE]
    judged = sum(merger.judged for merger in single)
    idle = sum(not merger.left_out and not merger.judged for merger in single)
    noun = "pair" if len(single) == 1 else "pairs"
    together = ", merged all together and one by one" if single else ""
    parts = [f"{len(single)} {noun} of records that may be one patient{together}"]
    if judged:
        parts.append(f"{judged} judged to be different persons, not merged")
    if idle:
        parts.append(f"{idle} with a record outside the analysis")
    how = f"; fitted by {refits.words}" if refits.words else ""
    limits = "" if isinstance(fit, Surv) else f", {formats.level(level_of(fit))} limits"
    return f"{'; '.join(parts)}; kept is {_KEPT[keep]}{how}{limits}."


def _conventions(refits: Refits) -> tuple[str, ...]:
    change = "ratio to" if refits.logarithmic else "difference from"
    return (
        "Merged: the record left out has weight 0, the one kept stays as it was published.",
        f"Change: {change} the estimate with none merged.",
    )
