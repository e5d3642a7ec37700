"""Multiple imputation by chained equations: independent chains, each predictor set holding the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.missing.substantive import cumulative_baseline
from hpcstats.core.risk_sets import place
from hpcstats.sensitivity.missing.draws import Draws, summaries
from hpcstats.sensitivity.missing.variables import Columns, Variable
from hpcstats.sensitivity.running import run_blocks
from hpcstats.surv import Surv


def own_hazard(response: Surv) -> FloatArray:
    """Return Nelson-Aalen's cumulative hazard at each patient's own time (since the entry): (n,)."""
    risk = place(response.time, response.event, response.entry)
    hazard: FloatArray = cumulative_baseline(risk, np.zeros((1, len(response))))[0]
    return hazard


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
    hazard = own_hazard(response)
    spread = hazard.std() or 1.0
    outcome = np.column_stack([response.event.astype(np.float64), (hazard - hazard.mean()) / spread])
    tasks = [(columns.variables, outcome, cycles, entropy, number) for number in range(n_imputations)]
    found = run_blocks(_chain, tasks, n_jobs=n_jobs, progress=progress)
    return Draws(
        values=tuple(np.stack([values[k] for values, _ in found]) for k in range(len(columns.variables))),
        trace=np.stack([trace for _, trace in found]),
    )


def _chain(
    variables: tuple[Variable, ...], outcome: FloatArray, cycles: int, entropy: Sequence[int], number: int
) -> tuple[list[FloatArray], FloatArray]:
    import pandas as pd

    from hpcstats.sensitivity.missing.chain import ChainedEquations

    rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(number,)))
    table = {f"v{k}": variable.values for k, variable in enumerate(variables)}
    table |= {f"outcome{k}": outcome[:, k] for k in range(outcome.shape[1])}
    chain = ChainedEquations(pd.DataFrame(table), variables, rng)
    trace = []
    for _ in range(cycles):
        chain.update_all(1)
        trace.append(summaries(variables, [chain.data[f"v{k}"].to_numpy() for k in range(len(variables))]))
    return [np.array(chain.data[f"v{k}"].to_numpy()) for k in range(len(variables))], np.stack(trace)
