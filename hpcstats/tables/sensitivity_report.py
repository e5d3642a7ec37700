"""Table of what threatens a finding, and whether its conclusion holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hpcstats.basis import Basis
from hpcstats.errors import DataError, listing
from hpcstats.numbers import Text
from hpcstats.tables.pieces import BEYOND
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.sensitivity.threats import SensitivityReport, Threat


def sensitivity_report(
    report: SensitivityReport,
    *,
    labels: Mapping[str, str] | None = None,
    caption: str | Text | None = None,
) -> Table:
    """Each threat to a finding: how it was examined, what came out, whether sign and conclusion hold.

    Read it beside the estimate. What was not examined stands there as well, so that nobody takes a threat
    for answered that nobody looked at.

    Parameters
    ----------
    report : SensitivityReport
        From `hpcstats.sensitivity.report`.
    labels : mapping of str to str, optional
        Printed names of threats under the names of their arguments (``"eras"``), of the estimate under
        ``"estimate"``.
    caption : str or Text, optional
        What stands before the estimate and its conclusion.

    Returns
    -------
    Table
        A row for each threat, under the headings of the report. Numbers have identifiers such as
        ``patients.smallest``, and name the patients they rest on.

    Raises
    ------
    DataError
        For labels of threats that are not there.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity import report
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    >>> fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]}, penalty="firth")
    >>> table = sensitivity_report(report(fit))
    >>> for label, _, result, sign, conclusion in table.cells()[2:4]:
    ...     print(label, "|", result, "|", sign, "|", conclusion)
    Single patients | 1.17 to 6.24 without one of 6 | holds | Holds: no difference shown here either
    Single papers | – | – | Not examined: give sources= the paper of each patient
    """
    names = labels or {}
    known = {"estimate", *(threat.name for threat in report.threats)}
    strangers = [name for name in names if name not in known]
    if strangers:
        raise DataError(f"labels names {listing(strangers)}. The threats are {listing(sorted(known))}.")
    return Table(
        caption=_caption(report, names, caption),
        stub="Threat",
        columns=(
            Column(key="analysis", label=Text.of("Analysis"), alignment="left", wide=True),
            Column(key="result", label=Text.of("Result"), alignment="left", wide=True),
            Column(key="sign", label=Text.of("Sign"), alignment="left"),
            Column(key="conclusion", label=Text.of("Conclusion"), alignment="left", wide=True),
        ),
        rows=tuple(_rows(report, names)),
        notes=tuple(_notes(report, names)),
    )


def _caption(report: SensitivityReport, names: Mapping[str, str], caption: str | Text | None) -> Text:
    what = names.get("estimate", report.label)
    basis = Basis(patients=report.patients()).below("main")
    parts = [
        Text.of("Sensitivity report." if caption is None else caption),
        Text.of(
            f" {what}: ",
            report.estimate,
            ", ",
            basis.count("n", report.n, "Patients of the fit."),
            " patients, ",
            basis.count("events", report.n_events, "Events of the fit."),
            f" events. Conclusion: {report.finding.words()}.",
        ),
    ]
    return Text.of(*parts, *([f" {report.caution}"] if report.caution else []))


def _rows(report: SensitivityReport, names: Mapping[str, str]) -> Iterator[Row]:
    above = ""
    for threat, heading in zip(report.threats, report.headings, strict=True):
        if heading != above:
            yield Row(kind="section", label=Text.of(heading))
            above = heading
        yield _row(threat, names)


def _row(threat: Threat, names: Mapping[str, str]) -> Row:
    title = names.get(threat.name, threat.title)
    result = threat.result if str(threat.result) else Text.of(BEYOND)
    return Row(
        label=Text.of(title),
        cells=(
            Text.of(threat.analysis or BEYOND),
            result,
            Text.of(threat.sign or BEYOND),
            _capital(threat.conclusion),
        ),
    )


def _capital(text: Text) -> Text:
    first, *others = text.parts
    words = str(first)
    return Text.of(words[:1].upper() + words[1:], *others)


def _notes(report: SensitivityReport, names: Mapping[str, str]) -> Iterator[Text]:
    yield report.counted()
    for convention in report.conventions:
        yield Text.of(convention)
    yield Text.of(report.method)
    yield Text.of(f"{BEYOND}: not examined, or not asked.")
    for threat in report.threats:
        # The first says what is fragile, further ones what could be done about it.
        for text in [text for found in threat.found for text in found.warnings][:1]:
            yield Text.of(f"{names.get(threat.name, threat.title)}: {text.rstrip('.')}.")
