"""`coverage`: how often intervals hold the truth, over the true value, one small panel a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.errors import DataError, DesignError, listing
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.figure import Figure
from hpcstats.plots.page.sheet import LINE_HEIGHT, MARGIN, Sheet, text_width, widest

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("method", "line", "survival", "coverage", "coverage_error", "replicates")
_ACROSS = 4
_GAP = 5.0
_HEIGHT = 24.0
_SAMPLE = 8.0
_BELOW_LEVEL = palette.tint(palette.GREY, 0.12)


def coverage(
    results: pd.DataFrame,
    *,
    lines: Mapping[Any, str],
    panels: Sequence[str] | None = None,
    level: float = 0.95,
    floor: float = 0.5,
    subject: str = "simulated data sets",
    xlabel: str = "True proportion without the event, S(t)",
) -> Figure:
    """Coverage of pointwise intervals against the true S(t), a panel for each method on common axes.

    Use it to choose among interval methods by what they achieve: a line in the shaded part means that the
    interval holds the truth less often than it says. Nothing is simulated here.

    Parameters
    ----------
    results : DataFrame
        Columns method, line, survival, coverage, coverage_error (Monte-Carlo standard error) and replicates;
        a row for each point.
    lines : mapping
        Value of the column `line` to the words shown, at most five.
    panels : sequence of str, optional
        Methods in the order of the panels; default: as they first appear.
    level : float
        Nominal level, drawn as a line.
    floor : float
        Lower end of the vertical axis.
    subject : str
        What was simulated, as it stands in the caption.
    xlabel : str
        Label below the panels.

    Returns
    -------
    Figure
        With the points drawn as data, and the lowest coverage of each method as numbers.

    Raises
    ------
    DataError
        For missing columns, or coverage outside 0 to 1.
    DesignError
        For panels or lines without results, more than five lines, or a floor not below the level.

    Examples
    --------
    >>> import pandas as pd
    >>> import hpcstats as hs
    >>> rows = [("bpcp", 0.3, s, 0.97, 0.001, 10_000) for s in (0.2, 0.5, 0.8)]
    >>> names = ["method", "line", "survival", "coverage", "coverage_error", "replicates"]
    >>> figure = hs.plots.coverage(
    ...     pd.DataFrame(rows, columns=names), lines={0.3: "30% censored"}
    ... )
    >>> [number.text for number in figure.drawn_numbers]
    ['97.0%']
    """
    content = _content(results, lines, panels, level, floor, xlabel)
    with style.context():
        sheet = _draw(content)
    return Figure(
        figure=sheet.canvas,
        data=content.points.drop(columns="replicates"),
        caption=_caption(content, subject),
        alt_text=_alt_text(content, subject),
        drawn_numbers=tuple(panel.lowest for panel in content.panels),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One method: its lines, and the lowest coverage on them."""

    name: str
    lines: tuple[tuple[FloatArray, FloatArray], ...]
    lowest: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """Everything that is drawn, ready to be placed."""

    points: pd.DataFrame
    panels: tuple[_Panel, ...]
    names: tuple[str, ...]
    level: float
    floor: float
    xlabel: str


def _content(
    results: pd.DataFrame,
    lines: Mapping[Any, str],
    panels: Sequence[str] | None,
    level: float,
    floor: float,
    xlabel: str,
) -> _Content:
    absent = [name for name in COLUMNS if name not in results]
    if absent:
        raise DataError(f"results lack the columns {listing(absent)}. They need {', '.join(COLUMNS)}.")
    if not results["coverage"].between(0, 1).all():
        raise DataError("coverage must be a proportion from 0 to 1.")
    if not 0 <= floor < level < 1:
        raise DesignError(f"floor={floor:g} and level={level:g} must be proportions, the floor the smaller.")
    methods = list(dict.fromkeys(results["method"])) if panels is None else list(panels)
    kept = results[results["method"].isin(methods) & results["line"].isin(list(lines))]
    for what, asked in (("method", methods), ("line", list(lines))):
        strangers = [one for one in asked if one not in set(results[what])]
        if strangers or not asked:
            raise DesignError(f"There are no results for the {what} {listing(map(repr, strangers))}.")
    palette.series(len(lines))
    return _Content(
        points=kept.loc[:, list(COLUMNS)].reset_index(drop=True),
        panels=tuple(_panel(kept[kept["method"] == method], str(method), list(lines)) for method in methods),
        names=tuple(lines.values()),
        level=level,
        floor=floor,
        xlabel=xlabel,
    )


def _panel(points: pd.DataFrame, name: str, lines: Sequence[Any]) -> _Panel:
    ordered = [points[points["line"] == line].sort_values("survival") for line in lines]
    lowest = float(points["coverage"].min())
    return _Panel(
        name=name,
        lines=tuple((style.settle(one["survival"]), style.settle(one["coverage"])) for one in ordered),
        lowest=Number(
            id=f"{slug(name)}.lowest",
            value=lowest,
            text=f"{formats.fixed(100 * lowest, 1)}%",
            how="Lowest of the simulated coverages drawn; no patient's data enter.",
        ),
    )


def _draw(content: _Content) -> Sheet:
    width = style.width_in_mm("double")
    rows = -(-len(content.panels) // _ACROSS)
    ticks = _ticks(content.floor)
    left = MARGIN + LINE_HEIGHT + 1.5 + widest([f"{100 * tick:g}" for tick in ticks]) + 2.0
    panel_width = (width - left - MARGIN - 1.0 - (_ACROSS - 1) * _GAP) / _ACROSS
    top, step = MARGIN + LINE_HEIGHT + 2.5, 2 * LINE_HEIGHT + _HEIGHT + 3.0
    bottom = top + rows * step
    sheet = Sheet(width, round(bottom + 2 * LINE_HEIGHT + 2.0 + MARGIN, 2))
    _draw_key(sheet, content, left)
    for number, panel in enumerate(content.panels):
        row, column = divmod(number, _ACROSS)
        x, y = left + column * (panel_width + _GAP), top + row * step
        sheet.write(x, y, panel.name)
        sheet.write(x, y + LINE_HEIGHT, f"lowest {panel.lowest}", color=palette.GREY)
        axes = sheet.axes(x, y + 2 * LINE_HEIGHT + 1.0, panel_width, _HEIGHT)
        last = number + _ACROSS >= len(content.panels)
        _draw_panel(axes, content, panel, ticks, first=column == 0, last=last)
    middle = (top + bottom) / 2
    sheet.write(MARGIN, middle, "Coverage, %", rotation=90, ha="left", va="center")
    across = left + (width - MARGIN - left) / 2
    sheet.write(across, bottom + LINE_HEIGHT + 1.6, content.xlabel, ha="center")
    return sheet


def _ticks(floor: float) -> tuple[float, ...]:
    return tuple(tenth / 10 for tenth in range(11) if tenth / 10 >= floor)


def _draw_key(sheet: Sheet, content: _Content, left: float) -> None:
    x, y = left, MARGIN + LINE_HEIGHT / 2
    for name, look in zip(content.names, palette.series(len(content.names)), strict=True):
        sheet.line(
            [x, x + _SAMPLE], [y, y], color=look.colour, linestyle=look.dash, linewidth=style.CURVE_LINE
        )
        sheet.write(x + _SAMPLE + 1.2, MARGIN, name)
        x += _SAMPLE + 1.2 + text_width(name) + 6.0
    sheet.line([x, x + _SAMPLE], [y, y], color=palette.GREY, linewidth=style.AXIS_LINE)
    sheet.write(x + _SAMPLE + 1.2, MARGIN, f"level claimed, {formats.level(content.level)}")


def _draw_panel(
    axes: Axes, content: _Content, panel: _Panel, ticks: Sequence[float], *, first: bool, last: bool
) -> None:
    axes.set(xlim=(0, 1), ylim=(content.floor, 1))
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"] if last else ["", "", ""])
    axes.set_yticks(ticks, [f"{100 * tick:g}" if first else "" for tick in ticks])
    axes.axhspan(content.floor, content.level, facecolor=_BELOW_LEVEL, edgecolor="none", zorder=0)
    axes.axhline(content.level, color=palette.GREY, linewidth=style.AXIS_LINE, zorder=1)
    for (x, y), look in zip(panel.lines, palette.series(len(panel.lines)), strict=True):
        axes.plot(x, y, color=look.colour, linestyle=look.dash, linewidth=style.CURVE_LINE, zorder=3)


def _caption(content: _Content, subject: str) -> Text:
    def number(name: str, value: float, text: str, how: str) -> Number:
        return Number(id=name, value=value, text=text, how=f"{how}; no patient's data enter.")

    points = content.points
    least = int(points["replicates"].min())
    error = float(points["coverage_error"].max())
    return Text.of(
        f"Coverage of pointwise {formats.level(content.level)} intervals of S(t): share of ",
        number("replicates", least, f"{least:,}", "Smallest number of data sets simulated for a point"),
        f" {subject} whose interval holds the true value, against that value; Monte-Carlo standard error ",
        "at most ",
        number(
            "error", error, f"{formats.fixed(100 * error, 2)}", "Largest Monte-Carlo standard error drawn"
        ),
        " percentage points. An interval that is undefined (curve at 0, follow-up over) or has no length "
        "(curve at 1) holds nothing: most lines therefore fall at both ends. Where they leave a panel they "
        f"go on below {100 * content.floor:g}%. Shaded: below the level claimed.",
    )


def _alt_text(content: _Content, subject: str) -> str:
    lowest = "; ".join(f"{panel.name} {panel.lowest}" for panel in content.panels)
    return (
        f"{len(content.panels)} small panels, one a method, with {len(content.names)} lines each "
        f"({', '.join(content.names)}): coverage among {subject}, {100 * content.floor:g} to 100%, over the "
        f"true proportion S(t), 0 to 1. Lowest coverage: {lowest}."
    )
