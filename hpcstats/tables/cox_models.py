"""Table of Cox models: each factor alone, and all together, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.errors import DesignError, listing
from hpcstats.numbers import Number, Text
from hpcstats.tables.model_cells import Cells, ModelCells, variable
from hpcstats.tables.pieces import EMPTY, named
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit

_ALIKE = ("ties", "interval", "level", "robust")


def cox_models(
    univariable: Mapping[str, CoxFit],
    multivariable: CoxFit,
    *,
    labels: Mapping[str, str] | None = None,
    caption: str | Text = "Cox models: each factor alone, and all together.",
) -> Table:
    """Hazard ratios of each factor alone and of all together, with reference rows and the model's terms.

    Parameters
    ----------
    univariable : mapping of str to CoxFit
        For each variable the model with it alone, from `hpcstats.cox`.
    multivariable : CoxFit
        The model with all.
    labels : mapping of str to str, optional
        Printed names: of a variable under its name (``"age"``, also for ``C(age)``), of a level under
        ``"variable=level"``.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        Per model: events and patients (of each level too), hazard ratio with interval, p-value, and whether
        the estimate exists. Numbers have identifiers such as
        ``multivariable.resection.subtotal.hazard_ratio.estimate``.

    Raises
    ------
    DesignError
        If a univariable model has several factors, or the models differ in ties, interval, level or kind
        of variance.

    Notes
    -----
    The p-value of a factor is that of the likelihood-ratio test which leaves it out; it stays valid where a
    coefficient has no finite estimate. Such a coefficient is printed as NE with its one-sided interval, and
    the reason stands in the notes.
    """
    names = labels or {}
    _check(univariable, multivariable)
    alone = {
        variable(fit.design.factors[0].name): ModelCells.of(fit, "univariable", names)
        for fit in univariable.values()
    }
    together = ModelCells.of(multivariable, "multivariable", names)
    rows = [Row(kind="section", label=Text.of("Covariates"))]
    for name in dict.fromkeys([*alone, *together.factors]):
        rows += _factor_rows(name, alone.get(name), together, names)
    rows += [Row(kind="section", label=Text.of("Multivariable model")), *_footer(together)]
    return Table(
        caption=Text.of(caption),
        stub="Factor",
        columns=_columns(multivariable),
        rows=tuple(rows),
        notes=_notes(alone, together, names),
    )


def _check(univariable: Mapping[str, CoxFit], multivariable: CoxFit) -> None:
    several = [name for name, fit in univariable.items() if len(fit.design.factors) != 1]
    if several:
        raise DesignError(
            f"A univariable model has one factor, but {listing(several)} has others. Fit each alone."
        )
    for what in _ALIKE:
        different = [
            name for name, fit in univariable.items() if getattr(fit, what) != getattr(multivariable, what)
        ]
        if different:
            raise DesignError(
                f"The models of a table need the same {what}, but {listing(different)} differs from the "
                f"multivariable model ({getattr(multivariable, what)}). Fit all alike."
            )


def _columns(fit: CoxFit) -> tuple[Column, ...]:
    ratio = f"Hazard ratio ({formats.level(fit.level)} interval)"
    return tuple(
        Column(key=f"{model}_{key}", label=Text.of(label), spanner=Text.of(model.capitalize()))
        for model in ("univariable", "multivariable")
        for key, label in (
            ("events", "Events/patients"),
            ("ratio", ratio),
            ("p", "P"),
            ("status", "Status"),
        )
    )


def _factor_rows(
    name: str, alone: ModelCells | None, together: ModelCells, labels: Mapping[str, str]
) -> Iterator[Row]:
    models = (alone, together if name in together.factors else None)
    factors = [model.factors[name] for model in models if model is not None]
    label = Text.of(named(name, labels))
    if factors[0].kind == "numeric":
        yield Row(label=label, cells=_side_by_side(m.only_term(name) if m else None for m in models))
        return
    yield Row(label=label, cells=_side_by_side(m.whole_factor(name) if m else None for m in models))
    for level in dict.fromkeys(str(level) for factor in factors for level in _parts(factor)):
        reference = any(str(factor.reference) == level for factor in factors)
        yield Row(
            label=Text.of(named(level, labels, level_of=name)),
            cells=_side_by_side(m.level(name, level) if m else None for m in models),
            kind="reference" if reference else "body",
            indent=1,
        )


def _parts(factor: Any) -> tuple[object, ...]:
    return tuple(factor.levels if factor.kind == "categorical" else factor.terms)


def _side_by_side(models: Iterable[Cells | None]) -> tuple[Text, ...]:
    return tuple(cell for cells in models for cell in cells or (EMPTY,) * 4)


def _footer(together: ModelCells) -> Iterator[Row]:
    fit, basis = together.fit, together.basis
    everybody = basis.resting_also_on(fit.dropped_patients())
    per, p = fit.events_per_parameter, fit.likelihood_ratio.p_value
    per_parameter = basis.number(
        "events_per_parameter", per, formats.fixed(per, 1), "Events divided by parameters."
    )
    dropped = everybody.count("dropped", fit.n_dropped, "Patients without a value of some covariate.")
    cells: dict[str, str | Number] = {
        "Patients": basis.count("n", fit.n, "Patients in the model."),
        "Events": basis.count("events", fit.n_events, "Events in the model."),
        "Parameters": basis.count("parameters", len(fit.terms), "Coefficients of the model."),
        "Events per parameter": per_parameter,
        "Rows dropped for missing covariates": dropped,
        "Likelihood-ratio test, P": basis.number(
            "p_value", p, formats.p_value(p), "Likelihood-ratio test of all factors."
        ),
        "Ties": fit.ties.capitalize(),
        "Interval": "profile likelihood" if fit.interval == "profile" else fit.interval.capitalize(),
        "Variance": "robust" if fit.robust else "model",
    }
    for label, cell in cells.items():
        yield Row(label=Text.of(label), cells=(*(EMPTY,) * 5, Text.of(cell), EMPTY, EMPTY))


def _notes(
    alone: Mapping[str, ModelCells], together: ModelCells, labels: Mapping[str, str]
) -> tuple[Text, ...]:
    notes = [
        Text.of(together.fit.method),
        Text.of("P: likelihood-ratio test that leaves the factor out, all its levels together."),
    ]
    parts: list[str | Number] = []
    for name, model in alone.items():
        if model.fit.n_dropped:
            what = "Patients without a value of the factor."
            everybody = model.basis.resting_also_on(model.fit.dropped_patients())
            number = everybody.below(name).count("dropped", model.fit.n_dropped, what)
            parts += ["; " if parts else "", f"{named(name, labels)}: ", number]
    if parts:
        notes.append(Text.of("Rows dropped from univariable models, factor missing. ", *parts, "."))
    reasons = [
        Text.of(f"{model.model.capitalize()} {reason}")
        for model in (*alone.values(), together)
        for reason in model.reasons()
    ]
    if reasons:
        meaning = "not estimable; the likelihood has no maximum, and the interval is one-sided."
        notes.append(Text.of(f"{formats.NOT_ESTIMABLE}: {meaning}"))
    return (*notes, *reasons)
