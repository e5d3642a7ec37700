"""The flow adds up at every fork, and the lanes show every spinal patient."""

from __future__ import annotations

import json

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError


@pytest.fixture(scope="module")
def flow(cases, endpoints):
    return hs.literature.evidence_flow(cases, endpoints)


def test_numbers_of_the_evidence(flow):
    counts = {box.id: box.count for box in flow.boxes}
    assert counts["sources"] == 211
    assert counts["sources.patients"] == 141
    assert counts["sources.cohorts"] == 80
    assert counts["patients"] == 157
    assert counts["role.spinal_metastasis"] + counts["role.comparator"] == 157


@pytest.mark.parametrize("name", hs.literature.ENDPOINTS)
def test_used_and_excluded_fill_their_parent(flow, endpoints, name):
    used, excluded = flow[f"{name}.used"], flow[f"{name}.excluded"]
    parent = flow[used.parent]
    assert sorted(used.members + excluded.members) == sorted(parent.members)
    assert sum(reason.count for reason in excluded.reasons) == excluded.count
    assert sorted(member for reason in excluded.reasons for member in reason.members) == sorted(
        excluded.members
    )
    assert [reason.count for reason in excluded.reasons] == sorted(
        (reason.count for reason in excluded.reasons), reverse=True
    )
    assert set(flow[f"{name}.events"].members) <= set(used.members)
    assert flow[f"{name}.events"].count == endpoints[name].point.n_events


def test_every_count_rests_on_all_patients_who_might_have_been_counted(flow, cases):
    box = flow["local_recurrence.used"]
    assert set(box.patients) == set(cases.patient_ids)
    assert set(box.members) < set(box.patients)
    assert "kim_2015" in box.sources


def test_flow_as_frame_and_dictionary(flow):
    frame = flow.to_frame()
    rows = frame[(frame["id"] == "spinal_metastasis.excluded") & (frame["reason"] != "")]
    assert rows["count"].tolist() == [4, 2]
    assert json.loads(json.dumps(flow.as_dict()))["boxes"][0]["count"] == 211
    with pytest.raises(KeyError):
        flow["nothing"]


def test_endpoints_of_other_data_are_refused(own, endpoints):
    rows = ["last_follow_up,1,primary,3,2.5,3.5,year,alive_no_disease"]
    other = hs.literature.load(own(("a", "comparator", "", rows)))
    with pytest.raises(DataError, match="other patients"):
        hs.literature.evidence_flow(other, endpoints)


@pytest.fixture(scope="module")
def lanes(cases):
    return hs.literature.swimmer_lanes(cases)


def test_every_spinal_patient_has_a_lane_in_order_of_time(lanes):
    spine = lanes[lanes["event"] == "spinal_metastasis"]
    assert len(spine) == 23
    assert spine["lane"].tolist() == list(range(23))
    times = spine["time"].to_numpy()
    assert (np.diff(times[:19]) >= 0).all()
    assert np.isnan(times[19:]).all()
    assert not spine["dated"].iloc[19:].any()


def test_lanes_hold_dates_limits_states_and_labels(lanes):
    brass = lanes[lanes["patient_id"] == "brass_2004"].set_index("event")
    assert brass.loc["spinal_progression", ["time", "lower", "upper"]].tolist() == [6, 5, 7]
    assert brass.loc["last_follow_up", "state"] == "alive_with_disease"
    assert set(brass["source"]) == {"Brass 2004"}
    assert set(brass["mechanism"]) == {"contiguous"}
    labels = lanes.groupby("patient_id")["source"].first()
    assert labels["araujo_2019"] == "Flores de Araujo 2019"
    assert labels["konkuk_2016"] == "konkuk_2016"
    konkuk = lanes[lanes["patient_id"] == "konkuk_2016"].set_index("event")
    assert np.isnan(konkuk.loc["last_follow_up", "time"])
    assert konkuk.loc["last_follow_up", "lower"] == 12.5
    assert np.isinf(konkuk.loc["last_follow_up", "upper"])


def test_lanes_of_chosen_patients(cases):
    chosen = hs.literature.swimmer_lanes(cases, ["li_z_2019", "cole_2009"])
    assert chosen.drop_duplicates("lane")["patient_id"].tolist() == ["cole_2009", "li_z_2019"]
    with pytest.raises(DataError, match="nobody"):
        hs.literature.swimmer_lanes(cases, ["nobody"])
