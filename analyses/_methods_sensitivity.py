"""The sensitivity analyses in words: Table 7 and Figures 14 to 16."""

from __future__ import annotations

from collections.abc import Iterable

from _choices import recurrence_model
from _words import count, listed

import hpcstats as hs

WHAT = (
    "The model of local recurrence by extent of resection ({patients} patients, {events} events) was "
    "examined for each of its weaknesses by itself (Table 7). An analysis agrees with it if its {level} "
    "interval leads to the same of three conclusions: above 1, below 1, or no difference shown; of a "
    "test, p below {alpha}. That no difference is shown is not taken as evidence of none. "
)
WHO = (
    "Each patient and each of the {papers} publications was left out in turn; {pairs} pairs of records "
    "that may be one person were merged, as far as both are in the model; and the fewest patients were "
    "searched whose other status would turn the log-rank test. "
)
REPORTED = (
    "Times were moved within the limits that wording and rounding allow to those with the smallest and "
    "the largest hazard ratio. The extent of resection is not stated for {missing} patients (Figure 16 "
    "shows what else is missing): it was imputed {imputations} times by {by}, combined by Rubin's rules, "
    "and given the values with the smallest and the largest hazard ratio. "
)
SEEN = (
    "The hazard after the censoring was multiplied by {low} to {high} in each group, in {m} imputations "
    "for each pair (Figure 15; {plausible} was held plausible beforehand); at worst those censored "
    "recurred at once or never. Patients were weighted by the inverse of assumed shares published: all "
    "with a recurrence, and {shares} of those without. The model was fitted within and stratified by eras"
    " of publication (before {eras}, and from then on). The E-value says how strong an unmeasured "
    "confounder would have to be. "
)
ANALYSED = (
    "The hazard ratio was tested by {permutations} permutations of the extent of resection, and fitted "
    "with and without Firth's penalty and by Efron's and Breslow's rules for ties. All combinations of "
    "{choices} choices ({named}) were run, but for those that do not go together; the whole curve of "
    "their estimates was tested by {of_curve} permutations (Figure 14)."
)
METHODS = {"mice": "chained equations that hold the outcome", "substantive-model": "the Cox model itself"}
CHOICES = {
    "confidence": "confidence of the reading",
    "times": "time of a recurrence",
    "covariates": "covariates beside resection",
    "ties": "tied events",
    "interval": "limits",
}


def sensitivity(study: hs.reproduce.Study, recurrence: hs.literature.Endpoint) -> hs.Text:
    """Say what was examined and how, from the settings and the model."""
    fit = recurrence_model(study, recurrence, ["resection_complete"])
    return hs.Text.of(
        main(study, fit),
        who(study, recurrence, fit),
        reported(study, fit),
        seen(study),
        analysed(study),
    )


def main(study: hs.reproduce.Study, fit: hs.CoxFit) -> hs.Text:
    """Name the model and what is concluded from it."""
    return hs.Text.template(
        WHAT,
        patients=count("sensitivity.patients", fit.n, "Patients of the model.", fit.patients()),
        events=count("sensitivity.events", fit.n_events, "Events of the model.", fit.patients()),
        level=hs.formats.level(study.level),
        alpha=f"{1 - study.level:.10g}",
    )


def who(study: hs.reproduce.Study, recurrence: hs.literature.Endpoint, fit: hs.CoxFit) -> hs.Text:
    """Say who was left out and merged."""
    inside = recurrence.data["patient_id"].isin(fit.patients())
    papers = recurrence.data.loc[inside, "source_id"].nunique()
    pairs = [pair for pair in hs.literature.candidate_duplicates(study.data) if pair.open]
    both = sorted({one for pair in pairs for one in (pair.first, pair.second)})
    return hs.Text.template(
        WHO,
        papers=count("sensitivity.papers", papers, "Publications of the model.", fit.patients()),
        pairs=count("sensitivity.pairs", len(pairs), "Pairs of records that may be one person.", both),
    )


def reported(study: hs.reproduce.Study, fit: hs.CoxFit) -> hs.Text:
    """Say what was made of rounded times and missing values."""
    chosen, gone = study.settings["missing"], fit.dropped_patients()
    return hs.Text.template(
        REPORTED,
        missing=count("sensitivity.missing", fit.n_dropped, "Patients whose resection is not stated.", gone),
        imputations=hs.formats.count(chosen["n_imputations"]),
        by=METHODS[chosen["method"]],
    )


def seen(study: hs.reproduce.Study) -> hs.Text:
    """Say what was assumed of those lost from sight and those never published."""
    tipping, asked = study.settings["tipping_point"], study.settings["sensitivity"]
    return hs.Text.template(
        SEEN,
        low=hs.formats.as_given(min(tipping["deltas"])),
        high=hs.formats.as_given(max(tipping["deltas"])),
        m=hs.formats.count(tipping["n_imputations"]),
        plausible=" to ".join(given(tipping["plausible"])),
        shares=listed([hs.formats.percent(share) for share in asked["shares_without_recurrence"]]),
        eras=listed(given(asked["eras"])),
    )


def analysed(study: hs.reproduce.Study) -> hs.Text:
    """Say which other analyses were run."""
    choices = study.settings["multiverse"]
    return hs.Text.template(
        ANALYSED,
        permutations=hs.formats.count(study.settings["sensitivity"]["n_resamples"]),
        choices=hs.formats.count(len(choices["choices"])),
        named=listed([CHOICES.get(name, name) for name in choices["choices"]]),
        of_curve=hs.formats.count(choices["n_resamples"]),
    )


def given(values: Iterable[float]) -> list[str]:
    """Write settings with the digits they have."""
    return [hs.formats.as_given(value) for value in values]
