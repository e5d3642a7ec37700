"""Multiple imputation by chained equations: independent chains, each predictor set holding the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.missing.substantive import cumulative_baseline
from hpcstats.core.risk_sets import place
from hpcstats.sensitivity.missing.chain import ChainedEquations
from hpcstats.sensitivity.missing.draws import Draws
from hpcstats.sensitivity.missing.variables import Columns
from hpcstats.sensitivity.refitting.running import run_blocks
from hpcstats.surv import Surv

_TOGETHER = 25
"""Chains that run side by side."""


def own_hazard(response: Surv) -> FloatArray:
    """Return Nelson-Aalen's cumulative hazard at each patient's own time (since the entry): (n,)."""
    risk = place(response.time, response.event, response.entry)
    hazard: FloatArray = cumulative_baseline(risk, np.zeros((1, len(response))))[0]
    return hazard


def outcome_of(response: Surv) -> FloatArray:
    """Return what tells of the outcome: the event and the standardised hazard, where they vary: (n, 0 to 2).

    Where everybody has the event its column would be a second intercept.
    """
    hazard = own_hazard(response)
    columns = [response.event.astype(np.float64)] if 0 < response.n_events < len(response) else []
    if np.ptp(hazard) > 1e-12 * hazard.max():
        columns.append((hazard - hazard.mean()) / hazard.std())
    return np.stack(columns, axis=1) if columns else np.empty((len(response), 0))


def chained_equations(
    response: Surv,
    columns: Columns,
    n_imputations: int,
    cycles: int,
    entropy: Sequence[int],
    n_jobs: int | None,
    progress: str | bool,
) -> Draws:
    """Run one chain for each imputation and keep its last state.

    Each chain has random numbers of its own, whoever runs it and when.
    """
    outcome = outcome_of(response)
    blocks = np.array_split(np.arange(n_imputations), -(-n_imputations // _TOGETHER))
    tasks = [(columns, outcome, cycles, entropy, block.tolist()) for block in blocks]
    found = run_blocks(_run, tasks, n_jobs=n_jobs, progress=progress)
    return Draws(
        values=tuple(
            np.concatenate([values[k] for values, _ in found]) for k in range(len(columns.variables))
        ),
        trace=np.concatenate([trace for _, trace in found]),
    )


def _run(
    columns: Columns, outcome: FloatArray, cycles: int, entropy: Sequence[int], numbers: Sequence[int]
) -> tuple[list[FloatArray], FloatArray]:
    seeds = [np.random.SeedSequence(entropy, spawn_key=(number,)) for number in numbers]
    chains = ChainedEquations.started(columns, outcome, [np.random.default_rng(seed) for seed in seeds])
    trace = []
    for _ in range(cycles):
        chains.cycle()
        trace.append(chains.summaries())
    return chains.values, np.stack(trace, axis=1)
