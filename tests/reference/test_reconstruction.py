"""Patient data rebuilt from a published curve, against R's IPDfromKM.

IPDfromKM is a modified algorithm (Liu, Zhou & Lee 2021): totals of events, distances between curves and
medians are compared, not single patients.
"""

from __future__ import annotations

import numpy as np
import pytest

from hpcstats.errors import NonIdentifiableWarning
from hpcstats.literature.reconstruct import from_curve
from tests.reference.loader import Record, each_record

WITHIN = 0.02
"""Of the events, the two algorithms may differ by so much."""


@each_record("ipd_from_km")
@pytest.mark.parametrize("censoring", ["fitted", "even"])
def test_events_distances_and_median(record: Record, censoring: str) -> None:
    wanted = record.result
    if "nrisk" in wanted:
        table = {"at_risk": (wanted["trisk"][: len(wanted["nrisk"])], wanted["nrisk"])}
    else:
        table = {"n": wanted["n"]}
    clicks = record.data
    with pytest.warns(NonIdentifiableWarning, match="not used as they were read"):
        found = from_curve(clicks["time"], clicks["survival_pct"] / 100, censoring=censoring, **table)
    assert found.n == wanted["n"]
    assert abs(found.n_events - wanted["events"]) <= WITHIN * wanted["events"]
    errors = found.errors().set_index("measure")
    for ours, theirs in (
        ("root_mean_square_distance", "RMSE"),
        ("mean_distance", "mean_abserror"),
        ("largest_distance", "max_abserror"),
    ):
        record.agree(errors.loc[ours, "difference"], wanted["rmse_etc"][theirs], theirs)
    if "median" in wanted:
        record.agree(errors.loc["median", "rebuilt"], wanted["median"], "median")
        assert found.risk_table()["rebuilt"].tolist() == wanted["riskmat"]["nrisk.hat"]
        first = np.searchsorted(found.time, wanted["riskmat"]["trisk"])
        deaths = np.add.reduceat(found.events, first)
        assert np.abs(deaths - wanted["riskmat"]["event.hat"]).max() <= 2
