"""The report: a finding, and a row for each threat to it."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpcstats.errors import DataError, listing
from hpcstats.numbers import Number, Text, patient_list
from hpcstats.results import Result
from hpcstats.sensitivity.threats.finding import OPEN, Finding
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.sensitivity.threats.threat import HOLDS, IMPOSSIBLE, NOT_EXAMINED, TURNS, UNLESS, Threat

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("name", "threat", "analysis", "result", "sign", "verdict", "conclusion", "patients")
_SHOWN = ("threat", "analysis", "result", "sign", "conclusion")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SensitivityReport(Result):
    """A finding and what threatens it. Made by `report`.

    Attributes
    ----------
    label : str
        What is estimated.
    finding : Finding
        Estimate, limits or p-value, level, and what is concluded (`side`, `words`).
    threats : tuple of Threat
        A row for each threat, examined or not: `name`, `title`, `analysis`, `result`, `sign`, `verdict`,
        `turning`, `patients`, `found` (the results behind it).
    headings : tuple of str
        The heading each row stands under.
    subject : Subject
        The fit and its rows.
    seed : str
        What to write to draw the same random numbers again.
    """

    label: str
    finding: Finding
    threats: tuple[Threat, ...]
    headings: tuple[str, ...]
    subject: Subject
    seed: str

    summary_fields = (*Result.summary_fields, "label", "finding", "caution", "seed")

    def __getitem__(self, name: str) -> Threat:
        """Return the row of a threat, by the name of its argument."""
        for threat in self.threats:
            if threat.name == name:
                return threat
        raise DataError(
            f"There is no threat {name!r}. There are {listing(one.name for one in self.threats)}."
        )

    @property
    def caution(self) -> str:
        """What a conclusion that holds does not say; empty where a difference is shown."""
        if self.finding.side != OPEN:
            return ""
        return (
            "That no difference is shown is not evidence of none: where this conclusion holds, all that "
            "holds is that none is shown."
        )

    @property
    def estimate(self) -> Text:
        """The estimate with its limits, or the p-value."""
        return self.subject.shown(self.subject.basis("main"), self.finding, self.label)

    def counted(self) -> Text:
        """Count the threats by verdict."""
        basis = self.subject.basis("threats")
        found = Counter(threat.verdict for threat in self.threats)

        def number(verdict: str) -> Number:
            name = verdict.replace(" ", "_")
            return basis.count(name, found[verdict], f"Threats with the verdict {verdict!r}.")

        total = basis.count("all", len(self.threats), "Threats of the report.")
        return Text.of(
            "Of ", total, " threats the conclusion holds in ", number(HOLDS), ", unless what is named in ",
            number(UNLESS), ", and turns in ", number(TURNS), "; ", number(IMPOSSIBLE),
            " cannot be examined, ", number(NOT_EXAMINED), " not examined.",
        )  # fmt: skip

    def title(self) -> str:
        """Return the heading of the text form."""
        return f"Sensitivity report. {self.label}: {self.estimate}, n = {self.n}, events = {self.n_events}"

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of all who entered the fit."""
        return self.subject.response.patients()

    def turning_patients(self) -> tuple[str, ...]:
        """Return the identifiers of those who are named as turning the conclusion."""
        return patient_list(one for threat in self.threats for one in threat.patients)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each threat.

        Columns name, threat, analysis, result, sign, verdict, conclusion (with what turns it), patients.
        """
        import pandas as pd

        return pd.DataFrame([threat.row() for threat in self.threats], columns=list(COLUMNS))

    def __str__(self) -> str:
        """Return the report as text, threat by threat."""
        lines = [self.title(), f"Conclusion: {self.finding.words()}."]
        lines += [self.caution] if self.caution else []
        heading = ""
        for threat, above in zip(self.threats, self.headings, strict=True):
            if above != heading:
                lines += ["", above]
                heading = above
            lines += [f"  {line}" for line in _lines(threat)]
        return "\n".join([*lines, "", str(self.counted()), *self._notes()])

    def _repr_html_(self) -> str:
        table = self.to_frame()[list(_SHOWN)].to_html(index=False, border=0)
        told = [f"Conclusion: {self.finding.words()}.", self.caution, str(self.counted()), *self._notes()]
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in told if note)
        return f"<p><b>{html.escape(self.title())}</b></p>{table}{notes}"


def _lines(threat: Threat) -> list[str]:
    if not str(threat.result):
        return [f"{threat.title}: {threat.conclusion}"]
    sign = f"sign {threat.sign}; " if threat.sign else ""
    return [
        f"{threat.title}: {threat.result}",
        f"  {threat.analysis}",
        f"  {sign}conclusion {threat.conclusion}",
    ]
