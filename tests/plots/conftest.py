"""Figures that several tests measure: each kind once, drawn from small data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.literature import Box, Flow, Reason
from hpcstats.sensitivity import leave_one_out

YEARS = [0.25, 1, 1.23, 1.5, 1.8, 2, 2, 4, 5, 5, 8, 9, 9, 10, 11, 13, 17]


@pytest.fixture(scope="session")
def reported_cases():
    ids = [f"case_{number}" for number in range(len(YEARS))]
    return hs.kaplan_meier(hs.Surv.right(YEARS, [1] * len(YEARS), id=ids))


@pytest.fixture(scope="session")
def two_groups():
    """Curves, test and model of two groups with overlapping bands, ties and censoring."""
    random = np.random.default_rng(7)
    group = np.repeat(["complete", "incomplete"], [40, 22])
    event, last = random.exponential(np.where(group == "complete", 12, 5)), random.uniform(0.5, 20, 62)
    time = np.round(np.minimum(event, last), 1) + 0.1
    y = hs.Surv.right(time, event <= last, id=[f"p{number}" for number in range(62)])
    return hs.kaplan_meier(y, group), hs.logrank(y, group), hs.cox(y, {"resection": group}, ["resection"])


@pytest.fixture(scope="session")
def statement():
    return hs.plots.ReportedStatement(label="Brass 2004", n=9, mean=5, low=0, high=16, source_id="brass_2004")


@pytest.fixture(scope="session")
def single(reported_cases, statement):
    return hs.plots.survival_curves(
        reported_cases,
        ylabel="Proportion of reported cases without spinal metastasis",
        among_reported_cases=True,
        labels={"all": "Reported cases"},
        reported=statement,
    )


@pytest.fixture(scope="session")
def double(two_groups):
    km, test, fit = two_groups
    return hs.plots.survival_curves(
        km,
        ylabel="Proportion without local recurrence",
        width="double",
        labels={"complete": "Gross total resection", "incomplete": "Subtotal resection or biopsy"},
        comparison=test,
        hazard_ratio=(fit, fit.terms[0]),
    )


def lane(patient, events, mechanism="distant", source="Author 2004"):
    """Rows of one patient: (event, time, lower, upper, state)."""
    names = ("event", "time", "lower", "upper", "state")
    about = {"patient_id": patient, "source": source, "mechanism": mechanism}
    return [about | dict(zip(names, event, strict=True)) for event in events]


NAN = float("nan")
OPEN = np.inf
LANES = [
    *lane(
        "b",
        [
            ("spinal_metastasis", 5, 4.5, 5.5, None),
            ("spinal_progression", 6, 5, 7, None),
            ("local_recurrence", 5, 4.5, 5.5, None),
            ("last_follow_up", 8.25, 6.7, 9.8, "alive_with_disease"),
        ],
        "contiguous",
    ),
    *lane(
        "a",
        [
            ("other_metastasis", 0, 0, 0, None),
            ("spinal_metastasis", 0.25, 0.2, 0.3, None),
            ("spinal_progression", 0.33, 0.25, 0.42, None),
            ("death_of_disease", 1.33, 1.29, 1.37, None),
        ],
    ),
    *lane(
        "c",
        [
            ("local_recurrence", NAN, 0, 13.5, None),
            ("local_recurrence", NAN, 0, 13.5, None),
            ("spinal_metastasis", 13, 12.5, 13.5, None),
            ("last_follow_up", NAN, 12.5, OPEN, "unknown"),
        ],
    ),
    *lane(
        "d",
        [("spinal_metastasis", 2, 1.5, 2.5, None), ("last_follow_up", NAN, 1.5, 9.4, "alive_unknown")],
        "csf_seeding",
    ),
    *lane(
        "e",
        [
            ("spinal_metastasis", NAN, 0, OPEN, None),
            ("local_recurrence", NAN, 0, OPEN, None),
            ("death_cause_unknown", NAN, 0, OPEN, None),
        ],
        None,
    ),
]


@pytest.fixture(scope="session")
def lanes():
    return pd.DataFrame(LANES)


@pytest.fixture(scope="session")
def swimmer(lanes):
    return hs.plots.swimmer(lanes)


def box(id, label, count, parent="", reasons=()):
    people = tuple(f"p{number}" for number in range(count))
    return Box(
        id=id,
        label=label,
        count=count,
        members=people,
        patients=tuple(f"p{number}" for number in range(30)),
        sources=("s1",),
        reasons=tuple(Reason(label=words, count=k, members=people[:k]) for words, k in reasons),
        parent=parent,
    )


@pytest.fixture(scope="session")
def evidence():
    why = [("local recurrence known, but not dated in the report", 7), ("no follow-up time stated", 3)]
    return Flow(
        boxes=(
            box("sources", "publications", 40),
            box("sources.patients", "publications with separable patients", 25, "sources"),
            box("sources.cohorts", "publications with cohort statistics", 18, "sources"),
            box("patients", "patients", 30, "sources.patients"),
            box("role.spinal_metastasis", "patients with spinal metastasis", 12, "patients"),
            box("role.comparator", "comparators", 18, "patients"),
            box("spine.used", "used", 12, "role.spinal_metastasis"),
            box("spine.events", "with the event", 12, "spine.used"),
            box("spine.excluded", "excluded", 0, "role.spinal_metastasis"),
            box("local.used", "used", 20, "patients"),
            box("local.events", "with the event", 9, "local.used"),
            box("local.excluded", "excluded", 10, "patients", why),
        )
    )


@pytest.fixture(scope="session")
def flow(evidence):
    return hs.plots.flow(evidence, titles={"spine": "Time to spinal metastasis"})


ANSWERS = {
    "arm": ["old", "new", "new", "old", "old", "new", "new", "old", "old", "new", "old", "new"],
    "site": ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"],
    "age": [41, 52, 63, 35, 47, 58, 69, 30, 44, 55, 61, 38],
    "paper": ["x", "x", "y", "y", "y", "z", "z", "v", "v", "w", "u", "u"],
}


@pytest.fixture(scope="session")
def twelve():
    """Twelve patients of six papers."""
    event = [1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1]
    return hs.Surv.right([2, 9, 4, 3, 11, 1, 7, 5, 6, 12, 8, 10], event, id=[f"p{k}" for k in range(12)])


@pytest.fixture(scope="session")
def models(twelve):
    """Univariable models of three factors, and the model of two of them."""
    names = ("arm", "site", "age")
    alone = {name: hs.cox(twelve, ANSWERS, [name], interval="profile") for name in names}
    return alone, hs.cox(twelve, ANSWERS, ["arm", "age"], interval="profile")


@pytest.fixture(scope="session")
def forest(models):
    return hs.plots.forest(*models, labels={"arm": "Treatment", "arm=old": "Old treatment"})


@pytest.fixture(scope="session")
def left_out(twelve, models):
    """The hazard ratio and the median, without each patient and each paper."""
    fit, km = models[0]["arm"], hs.kaplan_meier(twelve)
    paper, median = ANSWERS["paper"], ("quantile", 0.5)
    ratio = {"patient": leave_one_out(fit), "paper": leave_one_out(fit, paper)}
    time = {
        "patient": leave_one_out(km, statistic=median),
        "paper": leave_one_out(km, paper, statistic=median),
    }
    return (
        hs.plots.LeftOut(label="Hazard ratio of the event, old against new", whole=fit, by=ratio),
        hs.plots.LeftOut(label="Median time", whole=km, by=time),
    )


@pytest.fixture(scope="session")
def influence(left_out):
    return hs.plots.influence(left_out)


@pytest.fixture(scope="session", params=["single", "double", "swimmer", "flow", "forest", "influence"])
def figure(request):
    """Each kind of figure in turn."""
    return request.getfixturevalue(request.param)
