"""Seeded data for the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import hpcstats as hs

SEED = 4


@dataclass(frozen=True)
class Sample:
    """Continuous times, a quarter of them censored, two groups in turn, and normal covariates."""

    time: np.ndarray
    event: np.ndarray
    group: np.ndarray
    covariates: pd.DataFrame

    @classmethod
    def of(cls, n: int, parameters: int = 1) -> Sample:
        generator = np.random.default_rng([SEED, n])
        group = np.arange(n) % 2
        columns = {"group": group.astype(float)} | {
            f"x{k}": generator.normal(size=n) for k in range(1, parameters)
        }
        time = generator.exponential(10, n)
        event = (generator.random(n) < 0.75).astype(int)
        # Both groups have an event early, so that a model exists at n = 9 too.
        event[np.argsort(time)[: n // 3]] = 1
        return cls(time, event, group, pd.DataFrame(columns))

    @property
    def frame(self) -> pd.DataFrame:
        return self.covariates.assign(time=self.time, event=self.event)

    def response(self) -> hs.Surv:
        return hs.Surv.right(self.time, self.event)
