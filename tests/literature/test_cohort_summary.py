"""What cohorts state: counts with exact limits, intervals as printed, and why others have none."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from scipy.stats import beta

import hpcstats as hs
from hpcstats.literature.cohort_values import CONTRADICTORY, NO_PATIENTS, NOT_AT_RISK

CASES = hs.literature.load()
CLOCKS = {"after radiosurgery": "counted from radiosurgery", "from diagnosis": "", "patients": ""}
SUMMARY = hs.literature.cohort_summary(CASES, clocks=CLOCKS)


def value(unit: str, heading: str, at_years: float = math.nan) -> pd.Series:
    rows = SUMMARY.values[(SUMMARY.values["unit"] == unit) & (SUMMARY.values["heading"] == heading)]
    rows = rows[rows["at_years"].isna()] if math.isnan(at_years) else rows[rows["at_years"] == at_years]
    (found,) = rows.to_dict(orient="records")
    return found


def test_limits_are_those_of_the_beta_distribution() -> None:
    counted = SUMMARY.values[SUMMARY.values["limits"] == "Clopper-Pearson"]
    assert len(counted) > 70
    for row in counted.to_dict(orient="records"):
        x, n = row["events"], row["n"]
        low = 0.0 if x == 0 else beta.ppf(0.025, x, n - x + 1)
        high = 1.0 if x == n else beta.ppf(0.975, x + 1, n - x)
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-9)
        assert row["estimate"] == x / n


def test_counts_agree_with_those_that_are_pooled() -> None:
    for heading, statistic in (
        ("local_recurrence", "local_recurrence_crude"),
        ("metastasis", "metastasis_crude"),
    ):
        pooled = hs.literature.cohort_counts(CASES, statistic).used
        for row in pooled.to_dict(orient="records"):
            # A printed interval marks a pooled share: no count stands behind it.
            if row["study_id"] != "fernandes_2025":
                found = value(row["study_id"], heading)
                assert (found["events"], found["n"]) == (row["events"], row["n"])
    fernandes = value("fernandes_2025", "metastasis")
    assert (fernandes["limits"], fernandes["low"], fernandes["high"]) == ("as printed", 0.161, 0.265)


def test_no_count_is_made_of_a_share_of_a_subgroup_of_unknown_size() -> None:
    # 33% would be 9 of all 27, but it is a share of grade 3, whose number is not stated.
    grade_3 = value("damodaran_2014: grade 3", "local_recurrence")
    assert math.isnan(grade_3["events"])
    assert grade_3["without_interval"] == NO_PATIENTS


def test_shares_of_tumours_are_no_shares_of_patients() -> None:
    assert not SUMMARY.cohorts["unit"].eq("igkrf_2017: tumours").any()
    of_veeravagu = SUMMARY.values[SUMMARY.values["unit"] == "veeravagu"]
    assert "local_recurrence" not in set(of_veeravagu["heading"])  # 18 of 22 tumours, of 14 patients


def test_estimates_at_a_time_have_printed_limits_or_the_reason_why_not() -> None:
    printed = value("champeaux_2017", "survival", 5)
    assert (printed["low"], printed["high"], printed["limits"]) == (0.693, 0.928, "as printed")
    assert value("guthrie_1989", "survival", 15)["without_interval"] == NOT_AT_RISK
    assert value("melone_2014", "survival_median")["without_interval"] == CONTRADICTORY
    counted = value("novosibirsk", "survival", 5)
    assert (counted["events"], counted["n"], counted["limits"]) == (6, 8, "Clopper-Pearson")
    without = SUMMARY.values["limits"].eq("") & SUMMARY.values["heading"].isin(
        ["survival", "recurrence_free"]
    )
    assert (SUMMARY.values.loc[without, "without_interval"] != "").all()


def test_complements_are_turned_round_with_their_limits() -> None:
    assert value("guthrie_1989", "recurrence_free", 5)["estimate"] == pytest.approx(0.35)
    assert value("jeon_2018", "metastasis_by", 10)["estimate"] == pytest.approx(1 - 0.733)
    control = value("hajikarimloo_2025", "local_recurrence")
    assert (control["low"], control["high"]) == pytest.approx((0.2, 0.45))
    bmc = value("bmc_cancer_2021: with adjuvant RT", "local_recurrence")
    assert (bmc["events"], bmc["n"]) == (12, 29)  # 58.6% controlled: 17 of 29


def test_the_closest_statistic_is_taken_and_times_are_years() -> None:
    assert value("jeon_2018", "recurrence_free", 10)["statistic"] == "progression_free_survival"
    assert value("jia_2018", "follow_up")["estimate"] == pytest.approx(35 / 12)  # median before mean
    assert value("swaminathan", "survival_median")["high"] == pytest.approx(306 / 12)


def test_every_cohort_is_shown_or_named_as_silent() -> None:
    shown, silent = set(SUMMARY.cohorts["study_id"]), set(SUMMARY.silent["study_id"])
    assert shown | silent == set(CASES.cohort_statistics["study_id"])
    assert not shown & silent
    assert "segami_2025" in silent
    whole = SUMMARY.cohorts[SUMMARY.cohorts["part"] == ""]
    assert sorted(whole["study_id"]) == sorted(shown)


def test_left_out_cohorts_keep_their_rows_with_the_reason() -> None:
    found = hs.literature.cohort_summary(
        CASES, exclude={"jia_2018": "recurrent"}, exclude_groups={"radiosurgery": "chosen"}
    ).cohorts.set_index("unit")
    assert found.loc["jia_2018", "left_out"] == "recurrent"
    assert found.loc["stanford_2023", "left_out"] == "chosen"
    assert found.loc["guthrie_1989", ["left_out", "overlap"]].tolist() == ["", "Mayo"]
    assert found.loc["noh_2015", "in_patients"]


def test_names_tell_what_is_known_of_the_year() -> None:
    names = SUMMARY.cohorts.set_index("unit")["label"]
    assert names["kinslow_2018"] == "Kinslow, 2013 or later"
    assert names["veeravagu"] == "Veeravagu, year not stated"
    assert names["guthrie_1989"] == "Guthrie 1989"


def test_wrong_input_is_refused() -> None:
    with pytest.raises(hs.DataError, match="not in the data: nobody"):
        hs.literature.cohort_summary(CASES, exclude={"nobody": "x"})
    nothing = replace(CASES, cohort_statistics=CASES.cohort_statistics.iloc[:0])
    with pytest.raises(hs.DesignError, match="no published cohorts"):
        hs.literature.cohort_summary(nothing)
