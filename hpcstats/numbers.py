"""A printed number that remembers its value and the patients and papers behind it.

Tables, captions and the results paragraph are made of `Text`: plain words and `Number` in turn. So the
printed cell, the exact value and its provenance can never part company. What their identifiers and their
lists of patients are made of stands here too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

Value = float | int | str | None

_SIGNS = {
    "<": " below ",
    ">": " above ",
    "\N{LESS-THAN OR EQUAL TO}": " at most ",
    "\N{GREATER-THAN OR EQUAL TO}": " at least ",
    "+": " plus ",
    "%": " percent ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number as it is printed, with what it rests on.

    Attributes
    ----------
    id : str
        Dotted path, unique within its output, for instance ``"spinal_metastasis.5_years.estimate"``.
    value : float, int, str or None
        The unrounded value; None where nothing can be estimated.
    text : str
        As printed.
    how : str
        One sentence on how it was made.
    patients : tuple of str
        Every patient whose data entered, sorted.
    sources : tuple of str
        Publications it rests on directly, without patients (cohort rows, statements of a paper).
    """

    id: str
    value: Value
    text: str
    how: str
    patients: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def within(self, prefix: str) -> Number:
        """Put the number's id below `prefix`."""
        return replace(self, id=f"{prefix}.{self.id}")


@dataclass(frozen=True, slots=True)
class Text:
    """Words and numbers in turn, read as one string.

    Attributes
    ----------
    parts : tuple of str and Number
        The words and numbers in reading order.
    """

    parts: tuple[str | Number, ...] = field(default=())

    @classmethod
    def of(cls, *parts: str | Number | Text) -> Text:
        """Join words, numbers and texts."""
        flat: list[str | Number] = []
        for part in parts:
            flat.extend(part.parts if isinstance(part, Text) else (part,))
        return cls(tuple(flat))

    @classmethod
    def template(cls, pattern: str, /, **values: str | Number | Text) -> Text:
        """Fill ``{name}`` fields of `pattern`, keeping the numbers as numbers.

        Examples
        --------
        >>> n = Number(id="n", value=9, text="9", how="count of patients")
        >>> str(Text.template("All {n} patients.", n=n))
        'All 9 patients.'
        """
        parts: list[str | Number | Text] = []
        for words, name, _, _ in string.Formatter().parse(pattern):
            parts.append(words)
            if name is not None:
                parts.append(values[name])
        return cls.of(*parts)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in order."""
        return tuple(part for part in self.parts if isinstance(part, Number))

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


def patient_list(ids: Iterable[object]) -> tuple[str, ...]:
    """Sort and de-duplicate patient identifiers for `Number.patients`."""
    return tuple(sorted({str(id_) for id_ in ids}))


def slug(name: object) -> str:
    """Turn any name into a part of an identifier, keeping comparison signs as words.

    Examples
    --------
    >>> slug("Gross total (en bloc)"), slug("<5"), slug(7.5)
    ('gross_total_en_bloc', 'below_5', '7_5')
    """
    text = str(name)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    return re.sub(r"\W+", "_", text.lower()).strip("_") or "unnamed"


def distinct_numbers(
    numbers: Iterable[Number],
) -> tuple[tuple[Number, ...], tuple[tuple[Number, Number], ...]]:
    """Return each number once, in order, and the pairs of different numbers that share an identifier.

    Examples
    --------
    >>> n = Number(id="n", value=9, text="9", how="count of patients")
    >>> once, clashes = distinct_numbers([n, n, replace(n, value=8, text="8")])
    >>> len(once), [(str(one), str(other)) for one, other in clashes]
    (1, [('9', '8')])
    """
    found: dict[str, Number] = {}
    pairs = [(found.setdefault(number.id, number), number) for number in numbers]
    # The representations see that not-a-number is the same value twice.
    clashes = (pair for pair in pairs if pair[0] != pair[1] and repr(pair[0]) != repr(pair[1]))
    return tuple(found.values()), tuple(clashes)
