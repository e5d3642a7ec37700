"""The results in words: the paragraph that the README quotes, each number traced."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

from _choices import curves, endpoint, known_resection, recurrence_model
from _cohorts import counted, main_way, pooled

import hpcstats as hs

Write = Callable[[float], str]
Make = Callable[[str, float, Write, str], hs.Number]

MAIN = "Main endpoint of these analyses: {endpoint}; the others are secondary."
SPINE = (
    "Of {reported} reported patients with spinal metastasis, {timed} have a dated metastasis after the "
    "primary: median {median} years (95% CI {low} to {high}), {shortest} to {longest} years. All of them "
    "were published because of the metastasis: this says when it came among reported cases, not how often "
    "it comes."
)
RECURRENCE = (
    "Among {patients} patients with a usable follow-up {events} had a dated local recurrence, with a median "
    "of {median} years (95% CI {low} to {high}). After subtotal resection or biopsy ({subtotal} patients) "
    "the hazard was {ratio} times that after gross total resection ({total} patients; 95% CI {ratio_low} to "
    "{ratio_high}; exact log-rank p {p}): {verdict}. Many of these patients were published because of their "
    "recurrence."
)
FLAWS = (
    "Taken as intervals, the rounded times leave this median at {rounded_from} to {rounded_to} years. "
    "Corrected for reporting because of the event, which the {known} cases with a known year of the primary "
    "allow, it lies between {corrected_from} and {corrected_to} years among metastases in {t_star} years: "
    "late ones are under-reported, and {known} cases cannot say by how much."
)
COHORTS = (
    "In {recurrence_cohorts} cohorts {recurrence_events} of {recurrence_patients} patients recurred locally "
    "(pooled {recurrence}, 95% CI {recurrence_low} to {recurrence_high}), in {metastasis_cohorts} cohorts "
    "{metastasis_events} of {metastasis_patients} metastasised (pooled {metastasis}, {metastasis_low} to "
    "{metastasis_high}), within follow-ups of different length. The pooled percentages are those of a "
    "cohort in the middle, not of all patients together."
)


def build(study: hs.reproduce.Study) -> hs.reproduce.Prose:
    """Write what was asked; then on spinal metastasis and its flaws, on local recurrence, and on cohorts."""
    cases = hs.literature.load(study.data)
    told = [asked(study), spine(study, cases), flaws(study), recurrence(study)]
    if not cases.cohort_statistics.empty:
        told.append(cohorts(study))
    return hs.reproduce.Prose(tuple(told))


def asked(study: hs.reproduce.Study) -> hs.Text:
    """Repeat the questions of study.toml, and name the main endpoint as its definition does."""
    chosen = study.settings["objectives"]
    label = endpoint(study, chosen["main_endpoint"]).label
    main = MAIN.format(endpoint=label[:1].lower() + label[1:])
    return hs.Text.of(" ".join([*chosen["questions"], main, chosen["beforehand"]]))


def spine(study: hs.reproduce.Study, cases: hs.literature.CaseData) -> hs.Text:
    """Say when spinal metastasis came."""
    metastasis = endpoint(study, "spinal_metastasis")
    km = curves(study, metastasis.response)
    reported = cases.patients.loc[cases.patients["role"] == "spinal_metastasis", "patient_id"]
    times = metastasis.response.time
    make = maker("spinal_metastasis", km.patients())
    return hs.Text.template(
        SPINE,
        reported=maker("spinal_metastasis", reported)(
            "reported", len(reported), hs.formats.count, "Patients."
        ),
        timed=make("timed", km.n, hs.formats.count, "Patients with a dated spinal metastasis."),
        shortest=make("shortest", float(times.min()), hs.formats.as_given, "Shortest time."),
        longest=make("longest", float(times.max()), hs.formats.as_given, "Longest time."),
        **median(km, make),
    )


def flaws(study: hs.reproduce.Study) -> hs.Text:
    """Say what rounding and truncation leave of the median time to spinal metastasis."""
    found = endpoint(study, "spinal_metastasis")
    years, seen = found.truncated.data, found.truncated.response
    rounded = hs.turnbull(found.interval.response, level=study.level, seed=study.seed)
    with warnings.catch_warnings():
        # Figure 3 says where the correction has nothing to stand on.
        warnings.simplefilter("ignore", hs.NonIdentifiableWarning)
        band = hs.truncation_band(
            seen.time, years["truncation_lower"], years["truncation_upper"], id=seen.id, level=study.level
        )
    middle, corrected = rounded.quantile(0.5).iloc[0], band.quantile(0.5).iloc[0]
    make = maker("spinal_metastasis", rounded.patients())
    few = maker("spinal_metastasis", band.patients())
    return hs.Text.template(
        FLAWS,
        rounded_from=make("rounded.from", float(middle["estimate_low"]), hs.formats.years, rounded.method),
        rounded_to=make("rounded.to", float(middle["estimate_high"]), hs.formats.years, rounded.method),
        known=few("corrected.n", band.n, hs.formats.count, "Patients with a known year of the primary."),
        corrected_from=few("corrected.from", float(corrected["smallest"]), hs.formats.years, band.method),
        corrected_to=few("corrected.to", float(corrected["largest"]), hs.formats.years, band.method),
        t_star=few("corrected.t_star", band.t_star, hs.formats.as_given, "The longest time seen."),
    )


def cohorts(study: hs.reproduce.Study) -> hs.Text:
    """Say how many recurred and metastasised in whole cohorts."""
    numbers: dict[str, hs.Number] = {}
    for name in ("recurrence", "metastasis"):
        statistic = {"recurrence": "local_recurrence_crude", "metastasis": "metastasis_crude"}[name]
        rows = counted(study, statistic).used
        result = pooled(study, rows, **main_way(study))
        sources = result.sources
        for part, value in (("", result.estimate), ("_low", result.low), ("_high", result.high)):
            numbers[name + part] = hs.Number(
                id=f"cohorts.{name}{part.replace('_', '.')}",
                value=value,
                text=hs.formats.percent(value),
                how=result.method,
                sources=sources,
            )
        counts = {
            "cohorts": ("n", result.study_estimate.size, "Cohorts pooled."),
            "events": ("events", int(result.studies.first.sum()), "Patients with the event."),
            "patients": ("patients", int(result.studies.second.sum()), "Patients of the cohorts pooled."),
        }
        for part, (name_of_it, size, how) in counts.items():
            numbers[f"{name}_{part}"] = hs.Number(
                id=f"cohorts.{name}.{name_of_it}", value=size, text=f"{size}", how=how, sources=sources
            )
    return hs.Text.template(COHORTS, **numbers)


def recurrence(study: hs.reproduce.Study) -> hs.Text:
    """Say when local recurrence came, and what is known of the extent of resection."""
    found = endpoint(study, "local_recurrence")
    km = curves(study, found.response)
    response, data = known_resection(found)
    fit = recurrence_model(study, found, ["resection_complete"])
    test = hs.logrank(response, data["resection_complete"], method=study.settings["comparisons"]["test"])
    sizes = dict(zip(test.labels, test.sizes.tolist(), strict=True))
    make, both = maker("local_recurrence", km.patients()), maker("local_recurrence", fit.patients())
    row = fit.to_frame().iloc[0]
    return hs.Text.template(
        RECURRENCE,
        patients=make("patients", km.n, hs.formats.count, "Patients with a usable follow-up."),
        events=make("events", km.n_events, hs.formats.count, "First local recurrences."),
        subtotal=both("subtotal", sizes["subtotal or biopsy"], hs.formats.count, "Patients."),
        total=both("total", sizes["gross total"], hs.formats.count, "Patients."),
        ratio=both("hazard_ratio", float(row["hazard_ratio"]), hs.formats.ratio, fit.method),
        ratio_low=both("hazard_ratio.low", float(row["low"]), hs.formats.ratio, fit.method),
        ratio_high=both("hazard_ratio.high", float(row["high"]), hs.formats.ratio, fit.method),
        p=both("logrank.p_value", test.p_value, with_sign, test.method),
        verdict=verdict(float(row["low"]), float(row["high"])),
        **median(km, make),
    )


def with_sign(p_value: float) -> str:
    """Print a p-value behind its sign."""
    printed = hs.formats.p_value(p_value)
    return printed if printed.startswith("<") else f"= {printed}"


def verdict(low: float, high: float) -> str:
    """Say what an interval of a ratio leaves open."""
    if low < 1 < high:
        return "the data are compatible with no difference and with a large one"
    return "the interval leaves out equality"


def median(km: hs.SurvivalCurves, make: Make) -> dict[str, hs.Number]:
    """Return the median and its limits as numbers."""
    row = km.quantile(0.5).iloc[0]
    return {
        name: make(f"median.{name}", float(row[column]), hs.formats.years, f"Median. {km.method}")
        for name, column in (("median", "estimate"), ("low", "low"), ("high", "high"))
    }


def maker(endpoint: str, patients: Iterable[str]) -> Make:
    """Return a function that makes numbers resting on these patients."""
    rests_on = tuple(sorted(patients))

    def make(name: str, value: float, write: Write, how: str) -> hs.Number:
        return hs.Number(id=f"{endpoint}.{name}", value=value, text=write(value), how=how, patients=rests_on)

    return make


if __name__ == "__main__":
    hs.reproduce.main(build)
