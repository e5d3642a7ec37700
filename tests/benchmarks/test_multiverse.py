"""Two thousand specifications of a Cox model, and the permutation test of their curve."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity.specifications import CoxTerm, Multiverse, multiverse
from tests.benchmarks.timing import OURS, Scoreboard, cpu_seconds
from tests.benchmarks.trials import SEED

pytestmark = pytest.mark.benchmark

N = 160
PERMUTATIONS = 200
COVARIATES: dict[str, list[str]] = {
    "none": [],
    "age": ["age"],
    "site": ["site"],
    "age and site": ["age", "site"],
}
CHOICES = {
    "least": [0, 1, 2],
    "group": ["all", "north", "south"],
    "rounding": ["exact", "month", "year"],
    "follow_up": ["all", "5 years", "10 years"],
    "covariates": list(COVARIATES),
    "ties": ["efron", "breslow"],
    "penalty": ["none", "firth"],
    "interval": ["profile", "wald"],
}
MAIN = {name: options[0] for name, options in CHOICES.items()}
YEARS = {"all": np.inf, "5 years": 5.0, "10 years": 10.0}
STEP = {"exact": 0.001, "month": 1 / 12, "year": 1.0}


def whole() -> Multiverse:
    """2,592 specifications of patients whom the options leave in or out, round and censor."""
    generator = np.random.default_rng(SEED)
    arm = np.repeat(["new", "old"], N // 2)
    event = generator.exponential(np.where(arm == "new", 9, 6))
    last = generator.uniform(1, 15, N)
    data = pd.DataFrame(
        {
            "arm": arm,
            "age": generator.normal(5, 1, N),
            "site": generator.choice(["a", "b"], N),
            "sure": generator.integers(0, 3, N),
            "region": generator.choice(["north", "south"], N),
            "time": np.minimum(event, last),
            "event": event <= last,
        },
        index=[f"p{k:03d}" for k in range(N)],
    )

    def cases(least, group, rounding, follow_up):
        kept = (data["sure"] >= least) & ((data["region"] == group) | (group == "all"))
        chosen, end = data[kept], YEARS[follow_up]
        time = np.ceil(np.minimum(chosen["time"], end) / STEP[rounding]) * STEP[rounding]
        event = chosen["event"] & (chosen["time"] <= end)
        return hs.Surv.right(time, event, id=chosen.index), chosen

    def build(cases, covariates, ties, penalty, interval):
        response, chosen = cases
        return CoxTerm(
            response=response,
            data=chosen,
            formula=["arm", *COVARIATES[covariates]],
            ties=ties,
            penalty=None if penalty == "none" else penalty,
            interval=interval,
        )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return multiverse(CHOICES, build, main=MAIN, prepare={"cases": cases})


def test_two_thousand_specifications(scoreboard: Scoreboard):
    found: list[Multiverse] = []
    seconds = cpu_seconds(lambda: found.append(whole()), 1)
    size = found[0].size
    assert size == 2_592
    scoreboard.record(f"{size:,} specifications, n = {N}", {OURS: seconds})
    tested = cpu_seconds(lambda: found[0].permutation_test(PERMUTATIONS, seed=1), 1)
    scoreboard.record(f"their curve under {PERMUTATIONS} permutations", {OURS: tested})
    # 2,000 of them, and the test, in less than a minute of one core.
    assert (seconds + tested) * 2_000 / size < 60
