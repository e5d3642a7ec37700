"""What the verdicts of a sensitivity report mean: strong findings, weak ones, and those that show nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats import sensitivity
from hpcstats.errors import DataError, DesignError
from hpcstats.sensitivity.threats import Finding, report
from hpcstats.sensitivity.threats.threat import Judged, Other

TWELVE = [f"s{k // 2}" for k in range(24)]


def strong():
    """Twelve who fail within the year, and twelve who fail years later, two a paper."""
    time = [0.1 * k + 0.1 for k in range(12)] + [5 + 0.3 * k for k in range(12)]
    y = hs.Surv.right(time, [1] * 24, id=[f"p{k}" for k in range(24)])
    return hs.cox(y, {"group": ["early"] * 12 + ["late"] * 12}, penalty="firth")


def weak():
    """A difference that hangs on single patients."""
    time = [1, 2, 3, 4, 5, 6, 12.5, 5.5, 8, 9, 10, 11, 12, 13]
    event = [1] * 7 + [1, 1, 0, 1, 0, 1, 1]
    return hs.Surv.right(time, event, id=[f"p{k}" for k in range(14)]), ["a"] * 7 + ["b"] * 7


def finding(estimate, low=math.nan, high=math.nan, p=math.nan):
    return Finding(estimate=estimate, null=1.0, level=0.95, low=low, high=high, p_value=p)


@pytest.mark.parametrize(
    ("one", "side", "sign"),
    [
        (finding(2.0, 1.2, 3.0), "above", 1),
        (finding(0.5, 0.2, 0.9), "below", -1),
        (finding(2.0, 0.9, 3.0), "open", 1),
        (finding(2.0, 1.0, 3.0), "open", 1),
        (finding(math.inf, 1.5, math.inf), "above", 1),
        (finding(2.0, p=0.049), "above", 1),
        (finding(0.5, p=0.049), "below", -1),
        (finding(0.5, p=0.05), "open", -1),
        (finding(math.nan), "", 0),
    ],
)
def test_three_conclusions(one, side, sign):
    assert (one.side, one.sign) == (side, sign)


def test_holds_unless_and_turns():
    main, shown, other = finding(2.0, 0.9, 4.0), finding(2.0, 1.1, 4.0), finding(0.8, 0.3, 2.0)
    rows = {name: Other(label=name, finding=one) for name, one in {"a": shown, "b": other}.items()}
    both = Judged.of(main, list(rows.values()))
    assert (both.sign, both.verdict, both.labels) == ("holds unless", "holds unless", ["a"])
    assert Judged.of(main, [rows["a"]]).verdict == "turns"
    assert (Judged.of(main, [rows["b"]]).sign, Judged.of(main, [rows["b"]]).verdict) == ("turns", "holds")
    unknown = Other(label="c", finding=finding(math.nan))
    assert Judged.of(main, [unknown]).verdict == ""
    assert Judged.of(main, [rows["b"], unknown]).unknown == (unknown,)


def test_a_strong_finding_holds():
    fit = strong()
    found = report(fit, sources=TWELVE, rounding=0.1, chance={"n_resamples": 999}, seed=1)
    assert found.finding.side == "below"
    assert found.caution == ""
    for name in ("patients", "sources", "rounding", "chance", "model"):
        assert (found[name].verdict, str(found[name].conclusion)) == ("holds", "holds"), name
    index = sensitivity.fragility(fit.response, ["early"] * 12 + ["late"] * 12).index
    assert index is None or index > 3
    row = found["e_value"]
    limit = float(sensitivity.e_value(fit).e_value_limit[0])
    assert row.verdict == "holds unless"
    assert hs.formats.ratio(limit) in str(row.conclusion)


def test_a_weak_finding_turns_by_one_patient():
    y, group = weak()
    fits = {}
    for k in range(14):
        kept = np.arange(14) != k
        again = hs.cox(y.take(kept), {"g": np.array(group)[kept]}, penalty="firth")
        fits[f"p{k}"] = again.to_frame().iloc[0]
    fit = hs.cox(y, {"g": group}, penalty="firth")
    found = report(fit)
    row = fit.to_frame().iloc[0]
    assert (
        found.finding.side
        == ("below" if row["high"] < 1 else "above" if row["low"] > 1 else "open")
        != "open"
    )
    turned = {name for name, one in fits.items() if one["low"] <= 1 <= one["high"]}
    assert turned
    assert turned < set(fits)
    assert set(found["patients"].patients) == turned
    assert found["patients"].verdict == "holds unless"
    assert found["patients"].result.numbers[-1].value == 14


def test_a_finding_of_nothing_is_never_called_strong():
    y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    found = report(hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]}, penalty="firth"))
    assert found.finding.side == "open"
    assert "not evidence of none" in str(found)
    assert "not evidence of none" in found._repr_html_()
    holding = [threat for threat in found.threats if threat.verdict == "holds"]
    assert holding
    assert all("no difference shown here either" in str(threat.conclusion) for threat in holding)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_tiny_data_give_a_report(n):
    y = hs.Surv.right(np.arange(1.0, n + 1), [1] * n, id=[f"p{k}" for k in range(n)])
    found = report(hs.cox(y, {"x": ([1.0, 0.0] * n)[:n]}, penalty="firth"))
    assert len(found.threats) == 15
    assert found["patients"].verdict in ("holds", "cannot be examined")


def test_without_identifiers_rows_are_named_by_position():
    y, group = weak()
    bare = hs.Surv.right(y.time, y.event)
    named, plain = (report(hs.cox(one, {"g": group}, penalty="firth"))["patients"] for one in (y, bare))
    assert plain.patients == ()
    assert str(plain.conclusion) == str(named.conclusion).replace(": p", ": ").replace(", p", ", ")


def test_a_log_rank_test():
    y, group = weak()
    test = hs.logrank(y, group)
    found = report(test, sources=[f"s{k // 2}" for k in range(14)], rounding=1, chance=True, seed=1)
    assert found.finding.p_value == test.p_value
    values = []
    for k in range(14):
        kept = np.arange(14) != k
        values.append(hs.logrank(y.take(kept), np.array(group)[kept], method=test.p_value_method).p_value)
    shown = found["patients"].result.numbers
    assert (shown[0].value, shown[1].value) == pytest.approx((min(values), max(values)))
    assert found["e_value"].verdict == found["model"].verdict == "cannot be examined"
    strict = report(test, level=1 - test.p_value / 2, patients=False, fragility=False)
    assert strict.finding.side == "open"
    with pytest.raises(DesignError, match="weights, strata"):
        report(hs.logrank(y, group, weights="gehan"))
    with pytest.raises(DesignError, match="two groups"):
        report(hs.logrank(y, ["a", "b", "c"] * 4 + ["a", "b"]))


def test_curves_at_a_time():
    y, group = weak()
    with pytest.raises(DataError, match="at one time"):
        report(hs.kaplan_meier(y, group))
    found = report(hs.kaplan_meier(y, group), time=6)
    one = hs.compare_at(y, group, 6)
    assert (found.finding.estimate, found.finding.low) == pytest.approx((one.estimate[0], one.low[0]))
    values = []
    for k in range(14):
        kept = np.arange(14) != k
        values.append(hs.compare_at(y.take(kept), np.array(group)[kept], 6).estimate[0])
    shown = found["patients"].result.numbers
    assert (shown[0].value, shown[1].value) == pytest.approx((min(values), max(values)))
    with pytest.raises(DataError, match="null="):
        report(hs.kaplan_meier(y), time=6)
    single = report(hs.kaplan_meier(y), time=6, null=0.2)
    row = hs.kaplan_meier(y).at(6).iloc[0]
    assert (single.finding.estimate, single.finding.low) == pytest.approx((row["estimate"], row["low"]))
    assert single.finding.side == "above"


def test_a_stratified_model_refits_within_its_strata():
    y, group = weak()
    site = ["s", "t"] * 7
    fit = hs.cox(y, {"g": group}, strata=site, penalty="firth")
    values = []
    for k in range(14):
        kept = np.arange(14) != k
        again = hs.cox(
            y.take(kept), {"g": np.array(group)[kept]}, strata=np.array(site)[kept], penalty="firth"
        )
        values.append(float(np.exp(again.coef[0])))
    shown = {number.id: number.value for number in report(fit)["patients"].result.numbers}
    assert shown["patients.smallest"] == pytest.approx(min(values))
    assert shown["patients.largest"] == pytest.approx(max(values))


def test_a_search_that_found_nothing_holds_only_if_it_saw_everything():
    time, group = [1.0, 2, 3, 4, 5, 6, 7, 8], list("abababab")
    few = hs.cox(hs.Surv.right(time[:4], [1] * 4), {"group": group[:4]}, penalty="firth")
    many = hs.cox(hs.Surv.right(time, [1] * 8), {"group": group}, penalty="firth")
    for fit, most, verdict in ((few, 4, "holds"), (many, 1, "holds unless")):
        options = {
            "fragility": {"most": most},
            "patients": False,
            "best_and_worst_case": False,
            "e_value": False,
        }
        frame = report(fit, model=False, **options).to_frame().set_index("threat")
        found = sensitivity.fragility(fit.response, group[: len(fit.response)], most=most)
        assert found.index is None
        assert frame.loc["Outcome of a few patients", "verdict"].startswith(verdict)
