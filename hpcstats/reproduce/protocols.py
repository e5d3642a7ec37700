"""What a study's scripts and this room agree on: an output that renders itself, and a reasoned refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from hpcstats.errors import HpcstatsError
from hpcstats.numbers import Number


@runtime_checkable
class Renderable(Protocol):
    r"""One output of a study, with the numbers printed in it: what a script's ``build(study)`` returns.

    `hpcstats.plots.Figure` and `hpcstats.tables.Table` satisfy it, and so does any class of your own with
    these two members.

    Attributes
    ----------
    numbers : tuple of Number
        Every number printed in the output, with identifiers that are unique inside it.

    Examples
    --------
    >>> class Note:
    ...     numbers = (Number(id="n", value=9, text="9", how="count of patients"),)
    ...
    ...     def render(self, formats):
    ...         return {".md": b"Nine patients.\n"}
    >>> isinstance(Note(), Renderable)
    True
    """

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers printed in the output."""

    def render(self, formats: Sequence[str]) -> Mapping[str, bytes]:
        """Return the finished files as bytes, by suffix (``".pdf"``, ``".csv"``, …).

        `formats` are the image formats asked for; an output without an image takes no notice of them.
        The same output must give the same bytes whenever and wherever it is rendered.
        """


class NotApplicable(HpcstatsError):  # noqa: N818 - not a failure, and named for what it says
    """Raised by a script whose output the data at hand have no place for; it is skipped, and reported.

    Parameters
    ----------
    reason : str
        What is absent, as it will stand in the report and in MANIFEST.json.

    Examples
    --------
    >>> str(NotApplicable("the data directory has no seed_summary.json"))
    'the data directory has no seed_summary.json'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
