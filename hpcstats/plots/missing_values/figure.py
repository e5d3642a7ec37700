"""`missingness_map`: who misses what, patient by patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.basis import Basis, named
from hpcstats.numbers import Number, Text
from hpcstats.plots.missing_values.drawing import draw
from hpcstats.plots.missing_values.plan import Plan, plan_of
from hpcstats.plots.page import style
from hpcstats.plots.page.figure import Figure

if TYPE_CHECKING:
    from hpcstats.sensitivity.missing import Missingness


def missingness_map(
    result: Missingness,
    *,
    labels: Mapping[str, str] | None = None,
    items: bool = True,
    caption: Text | None = None,
) -> Figure:
    """Every patient and variable as a cell: missing dark, known light, not applicable a thin line.

    A row for each variable, a column for each patient, a block for each group. In a block patients stand
    sorted by pattern, those who miss least first. Margins: how many variables each patient misses (above),
    how many miss each variable, of those it applies to (right of a block), how many share a pattern (below).

    Parameters
    ----------
    result : Missingness
        From `hpcstats.sensitivity.missingness`.
    labels : mapping of str to str, optional
        Printed names: of a variable under its name, of a group under ``"column=label"``.
    items : bool
        Whether the number of the CARE item stands behind the name of a variable.
    caption : Text, optional
        Default: what is drawn, with the numbers.

    Returns
    -------
    Figure
        174 mm wide; its data are the `cells` of the result: group, place, patient, pattern, n_missing,
        variable, state.

    Raises
    ------
    DesignError
        For more patients or variables than a page holds.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots.missing_values.figure import missingness_map
    >>> from hpcstats.sensitivity.missing import missingness
    >>> found = missingness({"age": [50, None, 61, 47], "sex": ["f", None, "m", None]})
    >>> figure = missingness_map(found)
    >>> figure.data["state"].tolist()
    ['known', 'known', 'known', 'known', 'known', 'missing', 'missing', 'missing']
    """
    with style.context():
        plan = plan_of(result, labels or {}, items)
        sheet = draw(plan)
    return Figure(
        figure=sheet.canvas,
        data=result.cells(),
        caption=caption or default_caption(result, plan),
        alt_text=alternative(result, plan, labels or {}),
        drawn_numbers=tuple(number for block in plan.blocks for number in block.numbers),
    )


def default_caption(result: Missingness, plan: Plan) -> Text:
    """Say what is drawn, with the numbers of the whole."""
    basis = Basis(patients=result.patients()).below("missing", "all")
    of_all = f"{int(result.missing.sum())} of {int(result.applicable.sum())}"
    share = basis.number(
        "share", result.share, f"{of_all} ({formats.percent(result.share)})", f"{of_all} values."
    )
    complete = basis.count("complete", result.n_complete, "Patients who miss nothing, counted.")
    patients = basis.count("n", result.n, "Count of patients.")
    variables = basis.count("variables", len(result.variables), "Count of variables.")
    papers: tuple[str | Number, ...] = ()
    if result.sources is not None:
        number = basis.count("papers", len(set(result.sources)), "Count of publications.")
        papers = (" from ", number, " publications")
    care = " In brackets: item of the CARE guideline." if any("(" in label for label in plan.labels) else ""
    grouped = "" if result.by is None else " Groups side by side."
    return Text.of(
        "Missing values. ",
        variables,
        " variables of ",
        patients,
        " patients",
        *papers,
        ", one column each, sorted by what is missing.",
        grouped,
        " Of the values that apply, ",
        share,
        " are missing; ",
        complete,
        " patients miss nothing. Above: how many variables a patient misses, to the height of all; at the "
        "right: how many miss each variable, of those it applies to; below: patients with the same pattern."
        + care,
    )


def alternative(result: Missingness, plan: Plan, labels: Mapping[str, str]) -> str:
    """Describe the map: size, and for each group the variables from the most missing to the least."""
    whole = f"Map of {len(result.variables)} variables and {result.n} patients; of the values that apply, "
    share = f"{int(result.missing.sum())} of {int(result.applicable.sum())} ({formats.percent(result.share)})"
    sentences = [f"{whole}{share} are missing, {result.n_complete} patients miss nothing."]
    names = [named(name, labels) for name in result.variables]
    for block in plan.blocks:
        known = [(float(str(s.value)), names[k], s) for k, s in enumerate(block.shares) if s is not None]
        known.sort(key=lambda entry: -entry[0])
        told = ", ".join(f"{name} {share}" for _, name, share in known)
        group = " ".join(block.head[:-1])
        sentences.append(f"{group} ({block.head[-1]}), missing: {told}.")
    return " ".join(sentences)
