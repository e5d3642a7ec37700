"""Table of Cox models: each factor alone, and all together, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.model_lines import FactorLine, check_alike, factor_lines, models_alone
from hpcstats.model_rows import ModelRow, ModelRows
from hpcstats.numbers import Number, Text
from hpcstats.tables.pieces import BEYOND, EMPTY, named
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit


def cox_models(
    univariable: Mapping[str, CoxFit],
    multivariable: CoxFit,
    *,
    labels: Mapping[str, str] | None = None,
    remarks: Sequence[str | Text] = (),
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
    remarks : sequence of str or Text, optional
        What more the notes should say, such as why levels were joined.
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
        If a univariable model has several factors, or the models differ in ties, penalty, interval, level
        or kind of variance.

    Notes
    -----
    The p-value of a factor is that of the likelihood-ratio test which leaves it out; it stays valid where a
    coefficient has no finite estimate. Such a coefficient is printed as NE with its one-sided interval, and
    the reason stands in the notes.
    """
    names = labels or {}
    check_alike(univariable, multivariable)
    alone = models_alone(univariable, names)
    together = ModelRows.of(multivariable, "multivariable", names)
    rows = [Row(kind="section", label=Text.of("Covariates"))]
    for name in dict.fromkeys([*alone, *together.factors]):
        rows += map(_row, factor_lines(name, (alone.get(name), together), names))
    rows += [Row(kind="section", label=Text.of("Multivariable model")), *_footer(together)]
    return Table(
        caption=Text.of(caption),
        stub="Factor",
        columns=_columns(multivariable),
        rows=tuple(rows),
        notes=(*_notes(alone, together, names), *map(Text.of, remarks)),
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


def _row(line: FactorLine) -> Row:
    return Row(
        label=Text.of(line.label),
        cells=tuple(cell for row in line.rows for cell in _cells(row)),
        kind="reference" if line.reference else "body",
        indent=line.indent,
    )


def _cells(row: ModelRow | None) -> tuple[Text, ...]:
    if row is None:
        return (EMPTY,) * 4
    if row.kind == "absent":
        return (Text.of(BEYOND),) * 4
    status = Text.of(row.status.replace("_", " ")) if row.status else EMPTY
    return row.events, row.ratio, row.p, status


def _footer(together: ModelRows) -> Iterator[Row]:
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
            "p_value", p, formats.p_value(p), f"{_test(fit).capitalize()} of all factors."
        ),
        "Ties": fit.ties.capitalize(),
        "Interval": "profile likelihood" if fit.interval == "profile" else fit.interval.capitalize(),
        "Penalty": "none" if fit.penalty is None else "Firth" if fit.penalty == "firth" else "normal prior",
        "Variance": fit.variance,
    }
    for label, cell in cells.items():
        yield Row(label=Text.of(label), cells=(*(EMPTY,) * 5, Text.of(cell), EMPTY, EMPTY))


def _test(fit: CoxFit) -> str:
    return "likelihood-ratio test" if fit.penalty is None else "penalised likelihood-ratio test"


def _notes(
    alone: Mapping[str, ModelRows], together: ModelRows, labels: Mapping[str, str]
) -> tuple[Text, ...]:
    notes = [
        Text.of(together.fit.method),
        Text.of(
            f"P: {_test(together.fit)} that leaves the factor out, all its levels together; two-sided, of "
            "the hypothesis that its hazard ratios are 1."
        ),
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
