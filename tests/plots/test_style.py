"""The style holds inside its context only, and pages and text are measured."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.plots.page import sheet, style


def test_the_users_settings_neither_leak_in_nor_get_lost():
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "lines.linewidth": 9}):
        with style.context():
            assert mpl.rcParams["font.size"] == 8
            assert mpl.rcParams["axes.grid"] is False
            assert mpl.rcParams["ps.fonttype"] == 42
        assert mpl.rcParams["font.size"] == 20
        assert mpl.rcParams["lines.linewidth"] == 9


def test_widths_are_those_of_the_journals():
    assert style.width_in_mm("single") == 85
    assert style.width_in_mm("double") == 174
    with pytest.raises(UnsupportedError, match="'single', 'double'"):
        style.width_in_mm("wide")


def test_settled_coordinates_forget_the_last_bit():
    value = 1 / 3
    assert style.settle([value]) == style.settle([np.nextafter(value, 1)])
    assert not np.signbit(style.settle([-1e-12])).any()


def test_wrapped_lines_fit_and_lose_no_word():
    words = "Proportion of reported cases without spinal metastasis (95% CI 1.2 to 4.5) with p = 0.03"
    lines = sheet.wrap(words, 40)
    assert " ".join(lines) == words
    assert sheet.widest(lines) <= 40
    assert any("(95% CI 1.2 to 4.5)" in line for line in lines)
    assert any("p = 0.03" in line for line in lines)


def test_balanced_lines_are_no_more_than_wrapped_ones():
    words = "Proportion of reported cases without spinal metastasis"
    lines = sheet.balanced(words, 70)
    assert len(lines) == len(sheet.wrap(words, 70)) == 2
    assert sheet.widest(lines) < sheet.widest(sheet.wrap(words, 70))


def test_a_sheet_higher_than_a_page_is_refused():
    with pytest.raises(DesignError, match="more than a page"):
        sheet.Sheet(174, 230)


def test_drawing_never_loads_pyplot():
    code = (
        "import sys, hpcstats as hs\n"
        "km = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 0, 1]))\n"
        "hs.plots.survival_curves(km, ylabel='Proportion').render(['pdf', 'svg', 'png'])\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
