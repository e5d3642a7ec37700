"""What is asked about one threat: the finding, a setting or a result that stands already, and the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.basis import Basis
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Number, Text, patient_list
from hpcstats.results import Result
from hpcstats.sensitivity.threats.subject import Subject
from hpcstats.sensitivity.threats.threat import HOLDS, IMPOSSIBLE, TURNS, Judged, Other, Threat

_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One threat with what the caller gave for it.

    Attributes
    ----------
    subject : Subject
        The finding.
    name, title : str
        Name of the argument, and the threat in words.
    given : object
        True, options, or a ready-made result.
    seed : int
        Where the random numbers of this threat begin.
    """

    subject: Subject
    name: str
    title: str
    given: Any
    seed: int

    @property
    def basis(self) -> Basis:
        """What the numbers of the row rest on."""
        return self.subject.basis(self.name)

    def options(self, main: str = "") -> dict[str, Any]:
        """Read options: none for True, those of a mapping, or the value of the option `main`."""
        if self.given is True:
            return {}
        if isinstance(self.given, Mapping):
            return dict(self.given)
        if not main:
            raise DataError(
                f"{self.name} must be True, False, options or a ready-made result, not {self.given!r}."
            )
        return {main: self.given}

    def ready(self, *kinds: type[Any]) -> Any:
        """Return a ready-made result of the same patients; None where there is none.

        Raises
        ------
        DataError
            For a result of another kind.
        DesignError
            For a result of other data.
        """
        given, fit = self.given, self.subject.fit
        if not isinstance(given, Result):
            return None
        if not isinstance(given, kinds):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            raise DataError(f"{self.name} is a {type(given).__name__}, not a {wanted}.")
        whose: Any = getattr(given, "complete_cases", None) or given
        if hasattr(given, "level") and abs(given.level - self.subject.finding.level) > _SAME:
            raise DataError(
                f"{self.name} has the level {given.level:g}, the fit {self.subject.finding.level:g}."
            )
        who, whom = _patients(whose), self.subject.response.patients()
        if whose.n and ((whose.n, whose.n_events) != (fit.n, fit.n_events) or (who and whom and who != whom)):
            raise DataError(
                f"{self.name} was made of {whose.n} patients with {whose.n_events} events, or of others than "
                f"the {fit.n} with {fit.n_events} of the fit. Make it of the same data."
            )
        return given

    def same(self, value: float, wanted: float) -> None:
        """Refuse a ready-made result that starts from another estimate."""
        if abs(value - wanted) > _SAME * max(1.0, abs(wanted)):
            raise DataError(
                f"{self.name} starts from {value:.6g}, the fit from {wanted:.6g}. Make it of the same fit."
            )

    def number(self, name: str, value: float, printed: str, how: str) -> Number:
        """Make a number of the row; like all of them it rests on every patient."""
        return self.basis.number(name, value, printed, how)

    def row(
        self,
        analysis: str,
        result: Text,
        others: Sequence[Other],
        *,
        unless: Text | None = None,
        found: Any = None,
    ) -> Threat:
        """Make the row of other findings about the same question; `unless` says what turns it."""
        judgement = Judged.of(self.subject.finding, others)
        verdict = judgement.verdict or IMPOSSIBLE
        return Threat(
            name=self.name,
            title=self.title,
            analysis=analysis,
            result=result,
            sign=judgement.sign,
            verdict=verdict,
            turning=_turning(judgement, verdict, unless),
            patients=judgement.patients,
            found=() if found is None else (found,),
        )

    def judged(self, others: Sequence[Other]) -> Judged:
        """Compare other findings with the one that is examined."""
        return Judged.of(self.subject.finding, others)

    def impossible(self, reason: str, analysis: str = "") -> Threat:
        """Make a row that says why there is no answer."""
        return Threat(
            name=self.name,
            title=self.title,
            analysis=analysis,
            verdict=IMPOSSIBLE,
            turning=Text.of(reason[:1].lower() + reason[1:].rstrip(".")),
        )


def _patients(result: Any) -> tuple[str, ...]:
    """Return the patients of a result; of a multiverse those of its main analysis."""
    if hasattr(result, "outcomes"):
        return patient_list(result.outcomes[result.main].patients)
    found: tuple[str, ...] = result.patients() if hasattr(result, "patients") else ()
    return found


def _turning(judgement: Judged, verdict: str, unless: Text | None) -> Text:
    if verdict == IMPOSSIBLE:
        return Text.of("no estimate exists")
    if verdict == HOLDS:
        missing = [other.label for other in judgement.unknown]
        return Text.of(f"of those with an estimate; none with {listing(missing)}") if missing else Text()
    if verdict == TURNS and (unless is None or len(judgement.turned) == 1):
        return Text.of(judgement.turned[0].finding.words())
    return Text.of(listing(judgement.labels)) if unless is None else unless


def refuse_unless(condition: bool, reason: str) -> None:
    """Say why a threat cannot be examined."""
    if not condition:
        raise DesignError(reason)
