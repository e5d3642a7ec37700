"""`specification_curve`: all specifications of a multiverse, sorted, above the matrix of their choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.specifications import words
from hpcstats.plots.specifications.drawing import draw
from hpcstats.plots.specifications.plan import plan as make_plan

if TYPE_CHECKING:
    from hpcstats.sensitivity.specifications import CurveTest, Multiverse


def specification_curve(
    found: Multiverse,
    test: CurveTest | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    remark: str = "",
    caption: Text | None = None,
) -> Figure:
    """Estimates of all specifications, sorted, with their intervals, above the options that made them.

    The main analysis is marked in both parts. Judge by how far the curve spreads and by what moves it, not by
    how many specifications are significant. Where there are more specifications than columns have room for,
    neighbours share a column.

    Parameters
    ----------
    found : Multiverse
        From `hpcstats.sensitivity.multiverse`.
    test : CurveTest, optional
        From its `permutation_test`: limits between which the curve lies under permutation, and p-values for
        the caption.
    labels : mapping of str to str, optional
        Printed names: of a choice under its name, of an option under ``"choice=option"``.
    remark : str
        Added to the caption.
    caption : Text, optional
        Default: how to read the figure, the combinations left out, the test.

    Returns
    -------
    Figure
        174 mm wide; its data have a row for each specification in the order of the curve: place, column, and
        the columns of ``found.to_frame()``.

    Raises
    ------
    DesignError
        Without any estimate, for a test of another multiverse, names too long, or more options than a page
        holds.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import Outcome, multiverse
    >>> def build(cases, scale):
    ...     effect = 0.4 * cases - (0.7 if scale == "coarse" else 0.0)
    ...     return Outcome(estimate=effect, low=effect - 1, high=effect + 1, null=0.0)
    >>> choices = {"cases": [1, 2, 3], "scale": ["fine", "coarse"]}
    >>> figure = hs.plots.specification_curve(
    ...     multiverse(choices, build, main={"cases": 1, "scale": "fine"})
    ... )
    >>> figure.data[["place", "cases", "scale", "estimate"]].round(2).head(3)
       place cases   scale  estimate
    0      1     1  coarse      -0.3
    1      2     2  coarse       0.1
    2      3     1    fine       0.4
    """
    if test is not None and test.n_specifications != sum(bool(one.label) for one in found.outcomes):
        raise DesignError("The test is not of this multiverse. Give found.permutation_test().")
    with style.context():
        plan = make_plan(found, test, labels or {})
        lines = words.heading(plan)
        sheet = draw(plan, lines)
    drawn = [number for line in lines for number in line.numbers]
    drawn += [line.median for line in plan.lines if line.median is not None]
    return Figure(
        figure=sheet.canvas,
        data=words.data(plan),
        caption=caption or words.caption(plan, remark),
        alt_text=words.alternative(plan, lines),
        drawn_numbers=tuple(drawn),
    )
