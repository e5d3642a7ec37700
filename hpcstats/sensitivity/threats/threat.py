"""One row of the report: a threat, how it was examined, what came out, and whether the conclusion holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.numbers import Text, patient_list
from hpcstats.sensitivity.threats.finding import Finding

NOTHING = Text()

HOLDS, TURNS, UNLESS = "holds", "turns", "holds unless"
NOT_EXAMINED, IMPOSSIBLE = "not examined", "cannot be examined"
EXAMINED = (HOLDS, UNLESS, TURNS)
NONE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Threat:
    """A threat to a conclusion and what its examination gave.

    Attributes
    ----------
    name : str
        Name of the argument of `report`.
    title : str
        The threat in words.
    analysis : str
        What was done, with its method and settings.
    result : Text
        What came out.
    sign : {"holds", "holds unless", "turns", ""}
        Whether the estimate stays on its side of no difference; empty where that was not asked.
    verdict : {"holds", "holds unless", "turns", "not examined", "cannot be examined"}
        Whether the conclusion stays the same.
    turning : Text
        What turns it; what to give, or why it cannot be examined.
    patients : tuple of str
        Those of whom one or several turn the conclusion.
    found : tuple
        The results behind the row.
    """

    name: str
    title: str
    analysis: str = ""
    result: Text = NOTHING
    sign: str = ""
    verdict: str = HOLDS
    turning: Text = NOTHING
    patients: tuple[str, ...] = ()
    found: tuple[Any, ...] = ()

    @property
    def examined(self) -> bool:
        """Whether there is a result."""
        return self.verdict in EXAMINED

    @property
    def conclusion(self) -> Text:
        """The verdict with what turns it."""
        if not str(self.turning):
            return Text.of(self.verdict)
        return Text.of(self.verdict, " " if self.verdict == UNLESS else ": ", self.turning)

    def row(self) -> dict[str, str]:
        """Return the row of the frame."""
        return {
            "name": self.name,
            "threat": self.title,
            "analysis": self.analysis or NONE,
            "result": str(self.result) or NONE,
            "sign": self.sign or NONE,
            "verdict": self.verdict,
            "conclusion": str(self.conclusion),
            "patients": ", ".join(self.patients),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Other:
    """Another finding about the same question: what is different, and whose data make it so."""

    label: str
    finding: Finding
    patients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """How other findings compare with the main one.

    Attributes
    ----------
    sign, verdict : str
        As of a `Threat`; empty where nothing is known.
    turned, unknown : tuple of Other
        Those with another conclusion, and those without any.
    """

    sign: str
    verdict: str
    turned: tuple[Other, ...]
    unknown: tuple[Other, ...]

    @classmethod
    def of(cls, main: Finding, others: Sequence[Other]) -> Judged:
        """Compare the conclusions, and the sides on which the estimates lie."""
        known = [other for other in others if other.finding.side]
        turned = tuple(other for other in known if other.finding.side != main.side)
        signs = [other.finding.sign for other in others if other.finding.sign and main.sign]
        return cls(
            sign=_word(sum(sign != main.sign for sign in signs), len(signs)),
            verdict=_word(len(turned), len(known)),
            turned=turned,
            unknown=tuple(other for other in others if not other.finding.side),
        )

    @property
    def patients(self) -> tuple[str, ...]:
        """Patients of those with another conclusion."""
        return patient_list(one for other in self.turned for one in other.patients)

    @property
    def labels(self) -> list[str]:
        """Labels of those with another conclusion."""
        return [other.label for other in self.turned]


def _word(turned: int, known: int) -> str:
    if not known:
        return ""
    return HOLDS if not turned else TURNS if turned == known else UNLESS
