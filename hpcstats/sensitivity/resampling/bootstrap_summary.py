"""From bootstrap replicates to the result: the numbers, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray
from hpcstats.core.resampling.resampling_weights import Units
from hpcstats.errors import SeparationWarning, SmallSampleWarning, listing, warn
from hpcstats.sensitivity.refitting.choice import estimates, shown
from hpcstats.sensitivity.refitting.cox_refits import MONOTONE_LIKELIHOOD, CoxRefits
from hpcstats.sensitivity.refitting.refits import Refits, quantity_names
from hpcstats.sensitivity.refitting.sample import Sample
from hpcstats.sensitivity.resampling.bootstrap_replicates import Replicates
from hpcstats.sensitivity.resampling.bootstrap_result import BootstrapResult

KINDS = {"bca": "BCa", "percentile": "percentile", "basic": "basic", "studentised": "studentised"}

_MANY = 0.05
"""Share of resamples without a finite estimate from which the caller is warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for: interval, level, what was drawn and how, and the seed."""

    kind: str
    level: float
    drew: str
    weights: str
    seed: str


def summarised(sample: Sample, replicates: Replicates, units: Units, asked: Asked) -> BootstrapResult:
    """Work out limits, bias and errors, and warn where many resamples have no finite estimate."""
    refits, finite = replicates.refits, replicates.drawn.finite
    size, k = finite.shape
    found = [replicates.limits(j, asked.kind, asked.level) for j in range(k)]
    moments = np.array([replicates.moments(j) for j in range(k)])
    causes = tuple(replicates.causes(j) for j in range(k))
    nothing = [
        f"{name}: {limits.reason}"
        for name, limits in zip(quantity_names(refits), found, strict=True)
        if np.isnan(limits.low) or np.isnan(limits.high)
    ]
    return BootstrapResult(
        n=sample.n,
        n_events=sample.n_events,
        method=_sentence(refits, size, units, asked),
        conventions=_conventions(refits),
        warnings=(*_separated(refits, units, whole=sample.whole), *_notes(refits, finite, causes)),
        status="not_estimable" if nothing else "ok",
        reason=nothing[0] if nothing else "",
        columns=dict(refits.columns),
        estimate=shown(refits, estimates(replicates.whole)),
        low=shown(refits, np.array([limits.low for limits in found])),
        high=shown(refits, np.array([limits.high for limits in found])),
        bias=moments[:, 0],
        std_error=moments[:, 1],
        monte_carlo_error=np.array([limits.error for limits in found]),
        n_finite=finite.sum(axis=0),
        n_not_estimable=size - finite.sum(axis=0),
        reasons=tuple(limits.reason for limits in found),
        causes=causes,
        replicates=shown(refits, replicates.drawn.values),
        kind=asked.kind,
        level=asked.level,
        unit=asked.drew,
        weights=asked.weights,
        n_resamples=size,
        n_units=int(units.repeats.sum()),
        seed=asked.seed,
    )


def _sentence(refits: Refits, size: int, units: Units, asked: Asked) -> str:
    name = "Bootstrap" if asked.weights == "multinomial" else "Bayesian bootstrap"
    within = f" within {units.layers} strata" if units.layers > 1 else ""
    how = f", each fitted by {refits.words}" if refits.words else ""
    limits = f"{formats.level(asked.level)} {KINDS[asked.kind]} intervals"
    return f"{name}, {size:,} resamples of {asked.drew}{within}{how}, {limits}, seed {asked.seed}."


def _conventions(refits: Refits) -> tuple[str, ...]:
    told = ["Resamples without a finite estimate enter neither bias nor standard error."]
    if isinstance(refits, CoxRefits) and refits.penalty == "firth":
        told.append("Estimates are those of Firth's penalised likelihood.")
    if refits.logarithmic:
        told.append("Bias and errors are on the log scale.")
    return tuple(told)


def _separated(refits: Refits, units: Units, *, whole: bool) -> tuple[str, ...]:
    """Warn of penalised refits of data without a maximum likelihood estimate."""
    if not isinstance(refits, CoxRefits) or refits.penalty is None:
        return ()
    plain = replace(refits, penalty=None).evaluate(units.original, whole=whole)
    if refits.reasons[plain.missing[0, 0]] != MONOTONE_LIKELIHOOD:
        return ()
    note = (
        "The likelihood of the data is monotone, and so is that of every resample: penalised estimates "
        "hardly vary, and these limits are far too narrow. Report a profile interval."
    )
    warn(note, SeparationWarning)
    return (note,)


def _notes(refits: Refits, finite: BoolArray, causes: Sequence[dict[str, int]]) -> tuple[str, ...]:
    """Warn where many resamples have no finite estimate."""
    size = finite.shape[0]
    missing = 1 - finite.mean(axis=0)
    many = np.flatnonzero(missing > _MANY)
    if not many.size:
        return ()
    worst = int(missing.argmax())
    names = quantity_names(refits)
    why = listing(f"{reason}: {number:,}" for reason, number in causes[worst].items())
    note = (
        f"{100 * missing[worst]:.3g} % of {size:,} resamples have no finite estimate of {names[worst]} "
        f"({why}); bias and standard error are those of the others."
    )
    if isinstance(refits, CoxRefits) and refits.penalty is None:
        note += " Write penalty='firth'."
        warn(note, SeparationWarning)
    else:
        warn(note, SmallSampleWarning)
    return (note,)
