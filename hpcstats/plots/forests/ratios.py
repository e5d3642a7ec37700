"""`forest`: the hazard ratios of Cox models, each factor alone and all together, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats.errors import DesignError
from hpcstats.model_lines import check_alike, factor_lines, models_alone
from hpcstats.model_rows import ModelRows
from hpcstats.numbers import Text
from hpcstats.plots.forests import ratios_words as forest_words
from hpcstats.plots.forests.ratios_drawing import draw
from hpcstats.plots.forests.ratios_plan import Plan, shown
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.ratio_axis import checked

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit


def forest(
    univariable: Mapping[str, CoxFit] | None = None,
    multivariable: CoxFit | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    limits: tuple[float, float] | None = None,
    caption: Text | None = None,
) -> Figure:
    """Hazard ratios with their intervals on a logarithmic axis, each factor alone and all together.

    The factors stand below one another with their levels and the reference level; beside each level events
    and patients, the hazard ratio with its interval, and the interval drawn. Where an interval goes beyond
    the axis it ends in an arrow. A coefficient without a finite estimate has no marker: its one-sided
    interval begins at the limit that exists and ends in an arrow.

    Parameters
    ----------
    univariable : mapping of str to CoxFit, optional
        For each variable the model with it alone, from `hpcstats.cox`.
    multivariable : CoxFit, optional
        The model with all.
    labels : mapping of str to str, optional
        Printed names: of a variable under its name (``"age"``, also for ``C(age)``), of a level under
        ``"variable=level"``.
    limits : (float, float), optional
        Ends of the axis; default such that all estimates lie on it, and intervals as far as is sensible.
    caption : Text, optional
        Default: what is drawn, with the patients and events of the multivariable model, and the method.

    Returns
    -------
    Figure
        174 mm wide; its data have a row for each model and line: model, factor, level, kind, term, events, n,
        hazard_ratio, low, high, status, arrow. Numbers have the identifiers of `hpcstats.tables.cox_models`.

    Raises
    ------
    DesignError
        Without a model, for univariable models of several factors, for models that differ in ties, penalty,
        interval, level or kind of variance, for limits that are none, and for more than fits on a page.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([6, 7, 10, 13, 1, 2, 3, 8], [1, 0, 1, 1, 1, 1, 1, 1])
    >>> data = {"arm": ["6-MP"] * 4 + ["placebo"] * 4, "age": [3, 9, 4, 7, 5, 6, 3, 8]}
    >>> alone = {name: hs.cox(y, data, [name]) for name in data}
    >>> figure = hs.plots.forest(alone, hs.cox(y, data, ["arm", "age"]))
    >>> figure.data.loc[figure.data["kind"] == "term", ["model", "term", "hazard_ratio"]].round(
    ...     2
    ... )
               model            term  hazard_ratio
    4    univariable  arm[T.placebo]          7.87
    5  multivariable  arm[T.placebo]         19.17
    6    univariable             age          0.78
    7  multivariable             age          0.62
    """
    alone, fits = dict(univariable or {}), {}
    if not alone and multivariable is None:
        raise DesignError("There is no model to draw. Give univariable models, a multivariable one, or both.")
    check_alike(alone, multivariable)
    names = labels or {}
    fits = models_alone(alone, names)
    together = None if multivariable is None else ModelRows.of(multivariable, "multivariable", names)
    keys = [*(["univariable"] if alone else []), *(["multivariable"] if together else [])]
    lines = [
        line
        for name in dict.fromkeys([*fits, *(together.factors if together else ())])
        for line in factor_lines(
            name, [{"univariable": fits.get(name), "multivariable": together}[key] for key in keys], names
        )
    ]
    fit = multivariable if multivariable is not None else next(iter(alone.values()))
    with style.context():
        plan = Plan.of(lines, shown(keys), fit.level, checked(limits) if limits else None)
        sheet = draw(plan)
    return Figure(
        figure=sheet.canvas,
        data=forest_words.data(plan),
        caption=caption or forest_words.caption(plan, multivariable, fit.method),
        alt_text=forest_words.alt_text(plan),
        drawn_numbers=forest_words.numbers(lines),
    )
