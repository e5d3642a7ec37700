"""What a guide page claims: numbers beside calls, beside stored R results, beside simulated shares.

A page stays readable text. What a number rests on stands behind it in an HTML comment that no reader sees:

    `survdiff(…)` → 3.39639<!-- R: logrank_survdiff__aml2__rho0: r["chisq"] -->   a stored R result
    `hs.logrank(…).statistic` → 3.39639                               the call itself
    96.1<!-- = holds("bpcp", "9") -->                                 a simulated share, in per cent
    90.5<!-- quoted: docs/methods/clusters.md -->                     a number of another page
    93.8<!-- quoted: docs/methods/truncation.md; 938 -->              which writes it as .938
    <!-- table: tests --> … <!-- end -->                              a table of simulated shares

`HPCSTATS_WRITE_GUIDES=1` writes the numbers anew instead of comparing them.
"""

from __future__ import annotations

import doctest
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from tests.reference.loader import Record, index
from tests.rules.house import ROOT

GUIDE = ROOT / "docs" / "guide"
ARROW = " → "
FLAGS = doctest.NORMALIZE_WHITESPACE

_R = re.compile(r"→ (?P<shown>[^<|\n→]*)<!-- R: (?P<record>\w[^:]*): (?P<expression>.+?) -->")
_CALL = re.compile(r"`(?P<call>[^`]+)` → (?P<shown>.+)$")
_SHARE = re.compile(r"(?P<shown>\?|[\d.]+(?: to [\d.]+)?)<!-- = (?P<expression>.+?) -->")
_QUOTED = re.compile(r"(?P<shown>[\d.]+)<!-- quoted: (?P<page>[^;]+?)(?:; (?P<there>\d+))? -->")
_TABLE = re.compile(r"<!-- table: (?P<name>\w+) -->\n(?P<shown>.*?)<!-- end -->", re.DOTALL)
_HEADING = re.compile(r"\| (?:R|lifelines|statsmodels) \| hpcstats \| ?(?P<third>.*?) ?\|$")
_NUMBER = re.compile(r"-?\d[\d]*(?:\.\d+)?(?:e[-+]?\d+)?|-?inf|NaN|NA|Inf")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of calls: R's cell, ours, and how they compare."""

    line: int
    theirs: str
    ours: str
    note: str

    @property
    def r_claim(self) -> re.Match[str] | None:
        return _R.search(self.theirs)

    @property
    def call(self) -> re.Match[str] | None:
        return _CALL.search(self.ours)

    @property
    def their_call(self) -> re.Match[str] | None:
        """A call of another Python library, which is run too."""
        return None if self.r_claim else _CALL.search(self.theirs)

    def record(self) -> Record:
        assert self.r_claim is not None
        return RECORDS[self.r_claim["record"]]


RECORDS = {record.name: record for record in index()}


@dataclass(slots=True)
class Page:
    """A guide page, and the names its examples have defined."""

    path: Path
    names: dict[str, Any] = field(default_factory=dict)
    failed: int = -1

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def run(self) -> doctest.TestResults:
        """Run the examples of the page and keep what they define."""
        test = doctest.DocTestParser().get_doctest(self.text, {}, self.path.name, str(self.path), 0)
        found = doctest.DocTestRunner(optionflags=FLAGS).run(test, clear_globs=False)
        self.names = test.globs
        return found

    def rows(self) -> Iterator[Row]:
        """Give each row of the tables that compare a call of R with one of ours."""
        compared = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if heading := _HEADING.match(line):
                compared = heading["third"] in {"", "why", "why, and how to get R's"}
            elif not line.startswith("|"):
                compared = False
            elif compared and line.startswith("| "):
                yield Row(number, *(cell.strip() for cell in line[1:].removesuffix(" |").split(" | ")))

    def value(self, call: str) -> tuple[np.ndarray, list[str]]:
        """Evaluate a call; give its numbers and the kinds of all warnings."""
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = eval(call, self.names)
        return flat(found), [warning.category.__name__ for warning in said]


def flat(value: Any) -> np.ndarray:
    """Give the numbers of a result as a vector; what is no number has none."""
    try:
        return np.atleast_1d(np.asarray(value, dtype=float)).ravel()
    except (TypeError, ValueError):
        return np.array([])


def stored(record: Record, expression: str) -> np.ndarray:
    """Read numbers out of a stored R result: `r`, or `raw` where the loader corrects R."""
    return flat(eval(expression, {"np": np}, {"r": record.result, "raw": record.content["result"]}))


def shown_numbers(text: str) -> list[str]:
    """Find the numbers of a cell as they are written."""
    return _NUMBER.findall(text.replace("−", "-").replace(",", " "))


def shows(text: str, value: float) -> bool:
    """Say whether a written number is this value, rounded to the places it shows."""
    if text in {"NA", "NaN"}:
        return math.isnan(value)
    if text.lower().endswith("inf"):
        return float(text) == value
    written = Decimal(text)
    unit = Decimal(1).scaleb(int(written.as_tuple().exponent))
    return math.isfinite(value) and abs(Decimal(repr(float(value))) - written) <= unit * Decimal("0.500001")


def written(values: np.ndarray, missing: str) -> str:
    """Write values as a page shows them: six significant digits."""
    texts = (missing if math.isnan(value) else f"{value:.6g}" for value in values)
    return ", ".join(texts)


def shares(text: str) -> Iterator[re.Match[str]]:
    """Give each simulated share a page names."""
    return _SHARE.finditer(text)


def quotations(text: str) -> Iterator[re.Match[str]]:
    """Give each number a page takes from another one."""
    return _QUOTED.finditer(text)


def tables(text: str) -> dict[str, str]:
    """Give the generated tables of a page by name."""
    return {found["name"]: found["shown"].strip() for found in _TABLE.finditer(text)}


def rewritten(page: Page, share: Callable[[str], str], made: Mapping[str, str]) -> str:
    """Give the text of a page with every number behind an arrow or before a comment made anew."""
    text = _R.sub(
        lambda m: (
            f"→ {written(stored(RECORDS[m['record']], m['expression']), 'NA')}"
            f"<!-- R: {m['record']}: {m['expression']} -->"
        ),
        page.text,
    )
    for row in list(page.rows()):
        for cell, call in ((row.theirs, row.their_call), (row.ours, row.call)):
            if call is not None:
                value = written(page.value(call["call"])[0], "NaN")
                text = text.replace(f"| {cell} |", f"| `{call['call']}`{ARROW}{value} |")
    text = _TABLE.sub(lambda m: f"<!-- table: {m['name']} -->\n\n{made[m['name']]}\n\n<!-- end -->", text)
    return _SHARE.sub(lambda m: f"{share(m['expression'])}<!-- = {m['expression']} -->", text)
