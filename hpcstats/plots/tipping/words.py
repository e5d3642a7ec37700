"""Caption and alternative text of a tipping map."""

from __future__ import annotations

from hpcstats import formats
from hpcstats.numbers import Number, Text
from hpcstats.plots.tipping.plan import MapPlan, told

_DELTA = "\N{GREEK SMALL LETTER DELTA}"


def default_caption(plan: MapPlan) -> Text:
    """Say what is drawn, what is found, and how it was made."""
    result, (first, second) = plan.result, plan.names
    threshold = f"{1 - result.level:.6g}"
    what = (
        f"Tipping map: {_small(second)} against {_small(first)} if those censored fail sooner or later than "
        f"those still followed. {_DELTA} is the ratio of their hazards, for each group its own; shades show "
        f"the p-value, the solid line where p = {threshold}, the dashed line where the hazard ratio (HR) is "
        "1, larger above it and to its left. "
    )
    parts: list[str | Number | Text] = [
        what,
        "Hatched: a difference to the other side. " if plan.reversed_cells else "",
        "Dotted box: what is held plausible beforehand. " if plan.plausible is not None else "",
        "Data as observed: ",
        _main(plan),
        ". The same with the rest imputed, ",
        plan.centre_text,
        ". ",
        *_turning(plan),
        *_in_the_box(plan),
        *_extremes(plan),
        _method(plan),
    ]
    return Text.of(*parts)


def alternative(plan: MapPlan) -> str:
    """Describe the map for those who cannot see it."""
    result, (first, second) = plan.result, plan.names
    shown, size = int(result.shown.sum()), result.p_value.size
    turn = "".join(str(part) for part in _turning(plan))
    return (
        f"Heat map of p-values of {_small(second)} against {_small(first)} over {result.delta_first.size} by "
        f"{result.delta_second.size} pairs of {_DELTA}, from {result.delta_first[0]:g} to "
        f"{result.delta_first[-1]:g} from left to right ({_small(first)}) and {result.delta_second[0]:g} to "
        f"{result.delta_second[-1]:g} from below ({_small(second)}). {plan.centre_text}. A difference is "
        f"shown in {shown} of {size} pairs. {turn}".strip()
    )


def _method(plan: MapPlan) -> str:
    """Say how it was made; a seed that is no number belongs to the settings of whoever drew it."""
    result = plan.result
    return result.method if result.seed.isdigit() else result.method.replace(f", seed {result.seed}", "")


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _main(plan: MapPlan) -> Text:
    ratio, low, high, p_value = plan.result.main
    first, last = plan.pair(ratio, p_value, "as_observed", "of the data as observed, by the same test")
    basis, interval = plan.basis.below("as_observed"), f"{formats.level(plan.result.level)} interval"
    lower = basis.number("low", low, formats.ratio(low), f"Lower limit of the {interval}.")
    upper = basis.number("high", high, formats.ratio(high), f"Upper limit of the {interval}.")
    equals = "" if last.text.startswith("<") else "= "
    by = "; by Wald, as Rubin's rules need it" if plan.result.test == "cox" else ""
    return Text.of("HR ", first, " (", lower, " to ", upper, f"{by}), p {equals}", last)


def _turning(plan: MapPlan) -> list[str | Number | Text]:
    found = plan.result.turning_points()
    if found.empty:
        return ["The conclusion turns nowhere on this map. "]
    basis = plan.basis.below("nearest_turn")
    first, second = (
        basis.number(
            name,
            float(found[name].iloc[0]),
            formats.fixed(float(found[name].iloc[0]), 2),
            "Where p crosses its threshold, nearest to 1 in both groups; interpolated on the log scale.",
        )
        for name in ("delta_first", "delta_second")
    )
    return [
        f"Nearest to {_DELTA} = 1 the conclusion turns at ",
        first,
        f" ({_small(plan.names[0])}) and ",
        second,
        f" ({_small(plan.names[1])}). ",
    ]


def _in_the_box(plan: MapPlan) -> list[str | Number | Text]:
    """Say what p is inside the box."""
    if plan.plausible is None:
        return []
    result = plan.result
    (left, right), (low, high) = plan.plausible
    rows = (result.delta_first >= left * (1 - 1e-9)) & (result.delta_first <= right * (1 + 1e-9))
    columns = (result.delta_second >= low * (1 - 1e-9)) & (result.delta_second <= high * (1 + 1e-9))
    inside = result.p_value[rows][:, columns]
    if not inside.size:
        return []
    basis = plan.basis.below("plausible")
    how = "p-value among the pairs inside the plausible box."
    smallest, largest = (
        basis.number(name, value, formats.p_value(value), f"{words} {how}")
        for name, value, words in (
            ("smallest_p", float(inside.min()), "Smallest"),
            ("largest_p", float(inside.max()), "Largest"),
        )
    )
    return ["Inside the box p runs from ", smallest, " to ", largest, ". "]


def _extremes(plan: MapPlan) -> list[str | Number | Text]:
    if plan.bounds is None:
        return []
    first, second = (_small(name) for name in plan.names)
    parts: list[str | Number | Text] = []
    for pair, words in (
        (
            ("best", "worst"),
            f"If nobody censored after {first} and everybody censored after {second} failed at once: ",
        ),
        (("worst", "best"), "; the other way round: "),
    ):
        ratio, _, _, p_value = plan.bounds.case(*pair)
        where = "in this extreme case, without imputation"
        parts += [words, told(*plan.pair(ratio, p_value, "_".join(pair), where))]
    return [*parts, ". "]
