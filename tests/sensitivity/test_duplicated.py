"""Merging records that may be one person, against dropping their rows and fitting again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.errors import DataError, UnsupportedError
from hpcstats.literature.possible_duplicates import candidate_duplicates
from hpcstats.sensitivity.duplicated import duplicates
from tests.properties.strategies import checked

GENERATOR = np.random.default_rng(8)
IDS = [f"p{k}" for k in range(18)]
Y = hs.Surv.right(GENERATOR.exponential(5, 18).round(1), [1, 1, 0] * 6, id=IDS)
DATA = pd.DataFrame({"x": GENERATOR.normal(size=18), "z": [0, 1] * 9, "paper": np.arange(18) // 3})
PAIRS = [("p0", "p3"), ("p4", "p9"), ("p9", "p12")]


def without(*ids: str) -> np.ndarray:
    return ~np.isin(IDS, ids)


def longer(*ids: str) -> str:
    return max(ids, key=lambda id_: (Y.time[IDS.index(id_)], Y.event[IDS.index(id_)]))


@pytest.mark.parametrize("penalty", [None, "firth"])
def test_each_merger_is_the_fit_without_the_rows(penalty):
    fit = hs.cox(Y, DATA, "x + z", penalty=penalty)
    found = duplicates(fit, PAIRS)
    frame = found.to_frame()
    chain = {"p4", "p9", "p12"} - {longer("p4", "p9", "p12")}
    groups = [[], ({"p0", "p3"} - {longer("p0", "p3")}) | chain]
    groups += [{one, other} - {longer(one, other)} for one, other in PAIRS]
    assert len(frame) == 2 * len(groups)
    for k, gone in enumerate(groups):
        keep = without(*gone)
        again = hs.cox(Y.take(keep), DATA[keep], "x + z", penalty=penalty)
        rows = frame.iloc[2 * k : 2 * k + 2]
        assert set(found.mergers[k].left_out) == set(gone)
        assert rows["estimate"].to_numpy() == pytest.approx(np.exp(again.coef), rel=1e-8)
        assert rows["low"].to_numpy() == pytest.approx(np.exp(again.low), rel=1e-6)
        assert rows["high"].to_numpy() == pytest.approx(np.exp(again.high), rel=1e-6)
        assert rows["change"].to_numpy() == pytest.approx(np.exp(again.coef - fit.coef), rel=1e-8)
        assert rows["n"].tolist() == [again.n] * 2
        assert rows["n_events"].tolist() == [again.n_events] * 2
    assert frame["analysis"].tolist()[::2] == ["none merged", "all merged"] + ["one pair merged"] * 3
    assert frame["merged"].tolist()[2] == "p0 = p3; p4 = p9 = p12"
    assert found.patients() == tuple(sorted(IDS))


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@pytest.mark.parametrize("robust", [None, "mancl-derouen"])
def test_clusters_strata_and_their_variance_are_kept(robust):
    fit = hs.cox(Y, DATA, "x", cluster="paper", strata="z", robust=robust)
    found = duplicates(fit, [("p0", "p3")], statistic="coefficient")
    keep = without(*found.mergers[2].left_out)
    again = hs.cox(Y.take(keep), DATA[keep], "x", cluster="paper", strata="z", robust=robust)
    assert found.estimates[2] == pytest.approx(again.coef)
    assert found.low[2] == pytest.approx(again.low)
    assert found.high[2] == pytest.approx(again.high)


def test_curves_keep_their_interval():
    km = hs.kaplan_meier(Y, DATA["z"])
    asked = [("at", 2.0), ("quantile", 0.5), ("rmst", 2.0)]
    found = duplicates(km, PAIRS, statistic=asked)
    for k, merger in enumerate(found.mergers):
        keep = without(*merger.left_out)
        again = hs.kaplan_meier(Y.take(keep), DATA["z"][keep])
        frames = [again.at([2.0]), again.quantile(0.5), again.rmst(2.0)]
        expected = np.array(
            [
                [frame.loc[group, name] for name in ("estimate", "low", "high")]
                for group in (0, 1)
                for frame in frames
            ]
        )
        shown = np.array([found.estimates[k], found.low[k], found.high[k]]).T
        assert shown == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_other_results_have_normal_limits_or_none():
    na = hs.nelson_aalen(Y)
    found = duplicates(na, [("p0", "p3")], statistic=("at", 4.0))
    keep = without(*found.mergers[2].left_out)
    last = hs.nelson_aalen(Y.take(keep)).to_frame().query("time <= 4").iloc[-1]
    assert found.estimates[2, 0] == pytest.approx(last["estimate"])
    assert (found.low[2, 0], found.high[2, 0]) == pytest.approx((last["low"], last["high"]))

    def mean(weights):
        return weights @ Y.time / weights.sum(axis=1)

    own = duplicates(Y, [("p0", "p3")], statistic=mean)
    assert own.estimates[2, 0] == pytest.approx(Y.time[keep].mean())
    assert np.isnan(own.low).all()


@pytest.mark.parametrize("interval", ["log-log", "plain", "logit"])
def test_cumulative_incidences_keep_their_interval(interval):
    cause = np.where(Y.event, 1 + DATA["z"], 0)
    y = hs.Surv.competing(Y.time, cause, causes=["a", "b"], id=IDS)
    found = duplicates(hs.aalen_johansen(y, interval=interval), [("p0", "p3")], statistic=("at", 4.0))
    keep = without(*found.mergers[2].left_out)
    again = hs.aalen_johansen(y.take(keep), interval=interval).at([4.0])
    for name, values in (("estimate", found.estimates), ("low", found.low), ("high", found.high)):
        assert values[2] == pytest.approx(again[name].to_numpy())


def test_which_record_is_kept_and_why():
    y = hs.Surv.right([3, 5, 5, 5, 2], [0, 0, 1, 1, 1], id=list("abcde"))
    km = hs.kaplan_meier(y)

    def told(pair, keep="longer"):
        merger = duplicates(km, [pair], keep=keep, statistic=("at", 2)).mergers[2]
        return *merger.kept, *merger.left_out, merger.note

    assert told(("a", "b")) == ("b", "a", "b kept: longer follow-up, 5 against 3 years")
    assert told(("b", "c")) == ("c", "b", "c kept: with an event, follow-up the same, 5 years")
    assert told(("d", "c")) == ("d", "c", "d kept: named first, follow-up and ending both alike")
    assert told(("a", "b"), "first") == ("a", "b", "a kept: named first")
    assert told(("a", "b"), "second") == ("b", "a", "b kept: named last")


def test_a_chain_runs_through_a_record_that_is_not_in_the_analysis():
    found = duplicates(hs.kaplan_meier(Y), [("p0", "away"), ("away", "p3")], statistic=("at", 2))
    none, together, first, second = found.mergers
    assert together.left_out == tuple({"p0", "p3"} - {longer("p0", "p3")})
    assert first.left_out == second.left_out == none.left_out == ()
    assert first.note == "nothing changes, not in this analysis: away"
    assert found.change[2:] == pytest.approx(0.0)
    assert "2 with a record outside the analysis" in found.method


def test_a_patient_left_out_for_a_missing_covariate_is_said_to_be():
    gaps = DATA.assign(x=DATA["x"].where(DATA.index != 3))
    found = duplicates(hs.cox(Y, gaps, "x", missing="drop"), [("p0", "p3")])
    assert found.mergers[2].note == "nothing changes, left out of the fit for a missing covariate: p3"
    assert found.change[2] == pytest.approx(1.0)


class Judged:
    """A candidate with what was decided."""

    def __init__(self, first, second, judgement=""):
        self.first, self.second, self.judgement = first, second, judgement


def test_records_judged_to_be_two_persons_are_never_merged():
    pairs = [Judged("p0", "p3"), Judged("p3", "p6"), Judged("p6", "p0", "other sex")]
    found = duplicates(hs.kaplan_meier(Y), pairs, statistic=("at", 2))
    assert found.mergers[1].merged == (("p0", "p3"),)
    assert found.mergers[1].note.endswith("not merged: p3 = p6 (would make one person of p0 and p6)")
    assert len(found.mergers[3].left_out) == 1
    other_way = duplicates(hs.kaplan_meier(Y), pairs[::-1], statistic=("at", 2))
    assert set(other_way.mergers[1].merged[0]) == {"p0", "p3"}
    assert found.mergers[4].left_out == ()
    assert found.mergers[4].note == "not merged, judged to be different persons: other sex"
    alone = duplicates(hs.kaplan_meier(Y), pairs[2:], statistic=("at", 2))
    assert [merger.analysis for merger in alone.mergers] == ["none merged", "one pair merged"]


def test_without_pairs_there_is_one_analysis():
    fit = hs.cox(Y, DATA, "x")
    frame = duplicates(fit, []).to_frame()
    assert frame["analysis"].tolist() == ["none merged"]
    assert frame["estimate"].tolist() == pytest.approx(np.exp(fit.coef))
    assert frame[["low", "high"]].to_numpy()[0] == pytest.approx(np.exp([fit.low[0], fit.high[0]]))


def test_what_is_left_may_not_carry_the_model():
    y = hs.Surv.right([1, 2, 3, 4], [1, 0, 1, 0], id=list("abcd"))
    fit = hs.cox(y, {"x": [0.0, 1, 0, 0]}, penalty="firth")
    found = duplicates(fit, [("b", "d")])
    assert np.isnan(found.estimates[2]).all()
    assert found.statuses[2] == ("not_estimable",)
    assert "x" in found.reasons[2][0]


def test_several_rows_of_a_patient_go_together():
    y = hs.Surv.counting([0, 2, 0, 0, 0], [2, 5, 4, 6, 3], [1, 0, 1, 1, 0], id=list("aabcd"))
    fit = hs.cox(y, {"x": [0.0, 0, 1, 0, 1]}, penalty="firth")
    found = duplicates(fit, [("a", "c")])
    assert found.mergers[2].kept == ("c",)
    assert found.sizes[2] == 3
    again = hs.cox(y.take([2, 3, 4]), {"x": [1.0, 0, 1]}, penalty="firth")
    assert np.log(found.estimates[2]) == pytest.approx(again.coef)


@checked
@given(st.data())
def test_whatever_is_merged_equals_dropping_it(data):
    n = data.draw(st.integers(2, 12))
    time = data.draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    event = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    ids = list(range(n))
    pair = st.tuples(st.integers(0, n), st.integers(0, n)).filter(lambda two: two[0] != two[1])
    pairs = data.draw(st.lists(pair, max_size=4, unique_by=frozenset))
    y = hs.Surv.right(time, event, id=ids)
    found = duplicates(hs.nelson_aalen(y), pairs, statistic=("at", min(time)))
    assert len(found.mergers) == (2 + len(pairs) if pairs else 1)
    for merger, estimate, size in zip(found.mergers, found.estimates[:, 0], found.sizes, strict=True):
        keep = ~np.isin(ids, merger.left_out)
        frame = hs.nelson_aalen(y.take(keep)).to_frame()
        before = frame[frame["time"] <= min(time)]["estimate"]
        assert estimate == pytest.approx(before.iloc[-1] if len(before) else 0.0)
        assert size == keep.sum()
    for pair_, merger in zip(pairs, found.mergers[2:], strict=True):
        assert len(merger.left_out) == (n not in pair_)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("ab", "list of pairs"),
        (["ab"], "not 'ab'"),
        ([("p0", "p1", "p2")], "pairs of identifiers"),
        ([("p0", "p0")], r"paired with themselves \(p0 = p0|paired with themselves \(p0"),
        ([("p0", "p1"), ("p1", "p0")], "twice"),
        ([(["p0"], ["p1"])], "names no patient"),
        ([(None, "p1")], "names no patient"),
        ([(np.nan, "p1")], "names no patient"),
    ],
)
def test_what_is_no_pair_is_refused(pairs, message):
    with pytest.raises(DataError, match=message):
        duplicates(hs.kaplan_meier(Y), pairs)


def test_identifiers_of_another_type_are_refused():
    km = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 1, 0], id=[7, 8, 9]))
    with pytest.raises(DataError, match="'7', '8' as str, but the identifiers of the response are int"):
        duplicates(km, [("7", "8")], statistic=("at", 2))
    found = duplicates(km, np.array([[7, 8]]), statistic=("at", 2))
    assert found.mergers[1].left_out == (7,)
    assert found.method.startswith("1 pair of records that may be one patient, merged")


def test_reasons_speak_of_what_is_left_not_of_resamples():
    km = hs.kaplan_meier(hs.Surv.right([1, 2, 9], [1, 0, 0], id=list("abc")))
    found = duplicates(km, [("b", "c")], keep="first", statistic=("at", 5))
    assert found.reasons[1] == ("the follow-up ends before",)


def test_other_refusals():
    with pytest.raises(UnsupportedError, match="keep='shorter'"):
        duplicates(hs.kaplan_meier(Y), [], keep="shorter")
    with pytest.raises(DataError, match="no identifiers"):
        duplicates(hs.kaplan_meier(hs.Surv.right([1, 2], [1, 1])), [("a", "b")])
    repeated = hs.cox(Y, DATA, "x", frequencies=[2] + [1] * 17)
    with pytest.raises(DataError, match="p0 stands for several"):
        duplicates(repeated, [("p0", "p1")])


def test_the_pairs_of_the_study():
    pairs = candidate_duplicates()
    validated = [p for p in hs.literature.validate().problems if p.patient and " / " in p.patient]
    assert {frozenset((pair.first, pair.second)) for pair in pairs} == {
        frozenset(problem.patient.split(" / ")) for problem in validated
    }
    assert {(p.first, p.second) for p in pairs if not p.open} == {("secinti_2008", "el_hindy_2013")}
    found = hs.literature.endpoint(hs.literature.load(), "local_recurrence")
    km = hs.kaplan_meier(found.response)
    by_candidates = duplicates(km, pairs, statistic=("at", 5))
    # Alone neither pair says that tanaka_2014 and yang_1991 are one; together, through a third, they do.
    assert by_candidates.mergers[1].merged[-1] == ("tanaka_2014", "surg_today_2014", "yang_1991")
    keep = ~np.isin(found.response.id, by_candidates.mergers[1].left_out)
    again = hs.kaplan_meier(found.response.take(keep)).at([5])
    assert by_candidates.estimates[1, 0] == pytest.approx(again["estimate"].iloc[0])
    by_problems = duplicates(km, hs.literature.validate().problems, statistic=("at", 5))
    assert sorted(by_problems.estimates[:, 0]) == pytest.approx(sorted(by_candidates.estimates[:, 0]))
    notes = [merger.note for merger in by_problems.mergers if merger.judged]
    assert len(notes) == 1
    assert notes[0].startswith("not merged, judged to be different persons: other authors; Th12 in one")


def test_a_recorded_decision_closes_a_pair(tmp_path):
    source = hs.literature.load().directory
    for path in [*source.iterdir(), source.parent / "datapackage.json"]:
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    decisions = tmp_path / "decisions.csv"
    line = "tanaka_2014; surg_today_2014,merge,absent,found,two records,other hospital\n"
    decisions.write_text(decisions.read_text(encoding="utf-8") + line, encoding="utf-8")
    pairs = {(pair.first, pair.second): pair.judgement for pair in candidate_duplicates(tmp_path)}
    assert pairs["tanaka_2014", "surg_today_2014"] == "other hospital"
    assert pairs["yang_1991", "surg_today_2014"] == ""


def test_text_and_dictionary():
    found = duplicates(hs.cox(Y, DATA, "x"), PAIRS)
    assert "all merged, p0 = p3; p4 = p9 = p12: " in str(found)
    assert found.title().endswith("3 pairs of records")
    assert found.as_dict()["rows"][0]["analysis"] == "none merged"
    assert "<table" in found._repr_html_()
