"""Table of what stands behind Cox models: their size, assumptions, performance and influential patients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis, named
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Text
from hpcstats.tables.check_cells import UNITS, Checks, lines, single_line
from hpcstats.tables.pieces import BEYOND, EMPTY
from hpcstats.tables.squares import check_squares, square_notes
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit
    from hpcstats.regression.concordance import Concordance
    from hpcstats.regression.performance import Performance
    from hpcstats.regression.proportionality import ProportionalHazardsTest
    from hpcstats.sensitivity import LeaveOneOut

_SAME = 1e-6
_ALONE = "one_coefficient"


def model_checks(
    fits: Mapping[str, CoxFit],
    *,
    proportional_hazards: Mapping[str, ProportionalHazardsTest] | None = None,
    concordance: Mapping[str, Concordance] | None = None,
    performance: Mapping[str, Performance] | None = None,
    without_patient: Mapping[str, LeaveOneOut] | None = None,
    without_paper: Mapping[str, LeaveOneOut] | None = None,
    squares: Mapping[str, Mapping[str, CoxFit]] | None = None,
    labels: Mapping[str, str] | None = None,
    caption: str | Text = "Checks of the Cox models.",
) -> Table:
    """Events per parameter, proportional hazards, linearity, concordance and influence of Cox models.

    Read it before the hazard ratios: few events per parameter, a concordance that correction brings down to
    one half, or a hazard ratio that hangs on one patient say how much a model can carry. A large p-value of a
    test of proportional hazards, or of the square of a number, says little in a small sample.

    Parameters
    ----------
    fits : mapping of str to CoxFit
        The models, by name.
    proportional_hazards : mapping of str to ProportionalHazardsTest, optional
        From ``fit.proportional_hazards()``, by name of the model; like all that follow for as many models as
        have it.
    concordance : mapping of str to Concordance, optional
        From ``fit.concordance()``.
    performance : mapping of str to Performance, optional
        From ``fit.performance()``.
    without_patient, without_paper : mapping of str to LeaveOneOut, optional
        From `hpcstats.leave_one_out` of the model, each patient or each paper left out.
    squares : mapping of str to mapping of str to CoxFit, optional
        For a model and a number in it the same model with the square of the number added, such as
        ``"age + I(age**2)"``: whether the log hazard bends where the model takes it for straight.
    labels : mapping of str to str, optional
        Printed names: of a model or variable under its name, of a level under ``"variable=level"``, of
        the heading above models of one coefficient under ``"one_coefficient"``.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        For each model a line for the whole and one for each factor or coefficient; models of one coefficient
        come first, a line each. Numbers have identifiers such as
        ``multivariable.sex.male.without_patient``.

    Raises
    ------
    DataError
        Without models, or for checks of models that are not there.
    DesignError
        For a check that was not made of the model beside which it stands, and for a model that adds
        something else than a square.

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    >>> fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]})
    >>> table = hs.tables.model_checks({"model": fit}, concordance={"model": fit.concordance()})
    >>> [row[:6] for row in table.cells()[1:]]  # doctest: +NORMALIZE_WHITESPACE
    [['One coefficient', '', '', '', '', ''],
     ['Model', '5/6', '5.0', '', '', '0.65 (0.27 to 0.91)']]
    """
    names = labels or {}
    checks: dict[str, dict[str, Any]] = {
        "proportional_hazards": dict(proportional_hazards or {}),
        "concordance": dict(concordance or {}),
        "performance": dict(performance or {}),
        "without_patient": dict(without_patient or {}),
        "without_paper": dict(without_paper or {}),
    }
    bent = {name: dict(found) for name, found in (squares or {}).items()}
    _check(fits, checks)
    check_squares(fits, bent)
    columns = _columns(checks["concordance"], squares=any(bent.values()))
    keys = [column.key for column in columns]
    every = {name: _checks_of(name, fit, checks, bent.get(name, {})) for name, fit in fits.items()}
    return Table(
        caption=Text.of(caption),
        stub="Model",
        columns=columns,
        rows=tuple(
            Row(label=Text.of(label), cells=tuple(cells.get(key, EMPTY) for key in keys), indent=indent)
            if cells is not None
            else Row(kind="section", label=Text.of(label))
            for label, indent, cells in _lines(every, names)
        ),
        notes=tuple(map(Text.of, _notes(fits, checks, bent, names))),
    )


def _check(fits: Mapping[str, CoxFit], checks: Mapping[str, Mapping[str, Any]]) -> None:
    if not fits:
        raise DataError("There are no models. Give at least one.")
    for what, results in checks.items():
        strangers = [name for name in results if name not in fits]
        if strangers:
            raise DataError(f"{what} has {listing(strangers)}, but the models are {listing(fits)}.")
        for name, result in results.items():
            if not _belongs(result, fits[name]):
                raise DesignError(
                    f"{what} of {name!r} was not made of this model. "
                    "Make it of the fit that stands in the table."
                )


def _belongs(result: Any, fit: CoxFit) -> bool:
    if (result.n, result.n_events) != (fit.n, fit.n_events):
        return False
    if not hasattr(result, "left_out"):
        return True
    ratios = fit.to_frame()["hazard_ratio"].tolist()
    pairs = list(zip(result.estimate.tolist(), ratios, strict=False))
    return tuple(result.columns.get("term", ())) == fit.terms and all(
        not math.isfinite(found) or math.isclose(found, ratio, rel_tol=_SAME) for found, ratio in pairs
    )


def _checks_of(
    name: str, fit: CoxFit, checks: Mapping[str, Mapping[str, Any]], squares: Mapping[str, CoxFit]
) -> Checks:
    return Checks(
        fit=fit,
        basis=Basis(patients=fit.patients()).below(name),
        proportional_hazards=checks["proportional_hazards"].get(name),
        concordance=checks["concordance"].get(name),
        performance=checks["performance"].get(name),
        without={unit: checks[f"without_{unit}"].get(name) for unit in UNITS},
        squares=squares,
    )


def _lines(
    every: Mapping[str, Checks], labels: Mapping[str, str]
) -> Iterator[tuple[str, int, dict[str, Text] | None]]:
    """Give all lines in order: label, indent, cells by key; headings have no cells."""
    alone = [name for name, checks in every.items() if len(checks.fit.terms) == 1]
    if alone:
        yield named(_ALONE, labels), 0, None
    for name in alone:
        label, cells = single_line(every[name], named(name, labels), labels)
        yield label, 0, cells
    for name, checks in every.items():
        if name not in alone:
            yield named(name, labels), 0, None
            yield from lines(checks, labels)


def _columns(concordances: Mapping[str, Concordance], *, squares: bool) -> tuple[Column, ...]:
    levels = sorted({found.level for found in concordances.values()})
    level = f"{' and '.join(map(formats.level, levels))} " if levels else ""
    headings = {
        "events": ("Events/n", None),
        "events_per_parameter": ("Events per term", None),
        "p_value": ("P", "Proportional hazards"),
        "p_permutation": ("Permutation P", "Proportional hazards"),
        **({"p_square": ("Square P", None)} if squares else {}),
        "concordance": (f"Apparent ({level}CI)", "Concordance"),
        "corrected": ("Corrected", "Concordance"),
        "hazard_ratio": ("All", "Hazard ratio"),
        "without_patient": ("Without one patient", "Hazard ratio"),
        "without_paper": ("Without one paper", "Hazard ratio"),
        "status": ("Status", None),
    }
    return tuple(
        Column(key=key, label=Text.of(label), spanner=None if above is None else Text.of(above))
        for key, (label, above) in headings.items()
    )


def _notes(
    fits: Mapping[str, CoxFit],
    checks: Mapping[str, Mapping[str, Any]],
    squares: Mapping[str, Mapping[str, CoxFit]],
    labels: Mapping[str, str],
) -> Iterator[str]:
    yield from dict.fromkeys(fit.method for fit in fits.values())
    yield from dict.fromkeys(test.method for test in checks["proportional_hazards"].values())
    yield from square_notes(fits, squares)
    if checks["proportional_hazards"] or squares:
        yield "These p-values are two-sided: small ones speak against the model, in whichever direction."
    if checks["concordance"]:
        yield "Concordance: 0.5 is no better than chance. Apparent: on the patients of the model itself."
        yield from dict.fromkeys(found.method for found in checks["concordance"].values())
    if checks["performance"]:
        yield (
            "Corrected: less the optimism of bootstrap samples, in brackets those with finite estimates of "
            "those drawn; where these are few it is still too good."
        )
    for unit in UNITS:
        results = checks[f"without_{unit}"].values()
        yield from dict.fromkeys(f"Without a {unit}: {result.method}" for result in results)
    if checks["without_patient"] or checks["without_paper"]:
        yield "Without one: the one whose leaving out changes the hazard ratio by the largest factor."
    yield f"{BEYOND}: not made. {formats.NOT_ESTIMABLE}: not estimable."
    for name, fit in fits.items():
        for warning in fit.warnings:
            yield f"{named(name, labels)}: {warning}"
    if not any(fit.warnings for fit in fits.values()):
        yield "All models converged; no likelihood is monotone."
