"""The methods in words, from the settings and the results; behind them the captions of all outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version

from _choices import LABELS, curves, endpoint, known_resection, recurrence_models
from _methods_sensitivity import sensitivity
from _words import count, listed

import hpcstats as hs

ENDPOINTS = {
    "spinal_metastasis": "time from the primary to spinal metastasis",
    "local_recurrence": "time to local recurrence",
    "any_metastasis": "time to any metastasis",
    "overall_survival": "overall survival",
    "survival_after_spinal_metastasis": "survival after spinal metastasis",
    "post_spinal_progression": "progression after spinal metastasis",
}
SOURCES = (
    "The data are {patients} published patients from {papers} publications; {sources} publications were "
    "read, which give patients, group statistics or both. {kept}{excluded}"
)
KEPT = {
    "low": "Cases of every confidence of the reading enter. ",
    "medium": "Cases whose reading has at least medium confidence enter. ",
    "high": "Only cases whose reading has high confidence enter. ",
}
MECHANISMS = {
    "synchronous": "found together with the primary",
    "contiguous": "grown into the spine from beside it",
    "csf_seeding": "seeded through the cerebrospinal fluid",
}
EXCLUSIONS = (
    "The flow of evidence gives every exclusion with its reason. A time known as a range alone is not used "
    "as a date."
)
CURVES = "{method} Estimates are given at {horizons} years, as far as follow-up reaches."
TESTS = (
    "Local recurrence after gross total resection was compared with that after subtotal resection or biopsy, "
    "in the {known} patients whose extent of resection is stated. {method} Methods that draw relabellings of "
    "the patients draw {resamples}."
)
MODELS = (
    "{method} Each of these factors was modelled alone: {alone}; and together: {together}. The model of all "
    "factors holds {patients} patients with {events} events, those in whom all its factors are stated."
)
COMMON = (
    "Intervals have a level of {level}; p-values of comparisons and of coefficients are two-sided. All "
    "random numbers come from one seed, {seed}, in a stream of its own for each output. The analysis was "
    "run with hpcstats {version}; every printed number, with the patients and publications it rests on, "
    "stands in numbers.json."
)


def build(study: hs.reproduce.Study) -> hs.reproduce.Prose:
    """Write the methods; the captions follow when all outputs are built."""
    return hs.reproduce.Prose(tuple(paragraphs(study)), captions=True)


def paragraphs(study: hs.reproduce.Study) -> Iterator[hs.Text]:
    """Write heading and paragraph in turn."""
    found = {name: endpoint(study, name) for name in ENDPOINTS}
    recurrence = found["local_recurrence"]
    yield hs.Text.of("## Data")
    yield data(study)
    yield hs.Text.of("## Endpoints")
    yield endpoints(found)
    yield hs.Text.of("## Statistical analysis")
    yield curve_methods(study, recurrence)
    yield comparisons(study, recurrence)
    yield models(study, recurrence)
    yield common(study)
    yield hs.Text.of("## Sensitivity analyses")
    yield sensitivity(study, recurrence)


def data(study: hs.reproduce.Study) -> hs.Text:
    """Say who was read, and who enters."""
    cases = hs.literature.load(study.data)
    patients = sorted(cases.patients["patient_id"])
    papers, sources = set(cases.patients["source_id"]), sorted(cases.sources["source_id"])
    inclusion = study.settings["inclusion"]
    return hs.Text.template(
        SOURCES,
        patients=count("patients", len(patients), "Patients of the data.", patients),
        papers=count("papers", len(papers), "Publications that report these patients.", patients),
        sources=hs.Number(
            id="sources",
            value=len(sources),
            text=hs.formats.count(len(sources)),
            how="Publications of the data.",
            sources=tuple(sources),
        ),
        kept=KEPT[inclusion["minimum_confidence"]],
        excluded=excluded(inclusion["exclude_mechanisms"]),
    )


def excluded(mechanisms: Iterable[str]) -> str:
    """Say which spinal lesions the time to spinal metastasis leaves out."""
    told = [MECHANISMS[name] for name in mechanisms]
    return f"Spinal lesions {listed(told)} are left out of the time to spinal metastasis." if told else ""


def endpoints(found: dict[str, hs.literature.Endpoint]) -> hs.Text:
    """Say how many patients and events each endpoint has."""
    parts: list[str | hs.Number] = ["Endpoints: "]
    for name, title in ENDPOINTS.items():
        response = found[name].response
        patients = [str(one) for one in response.id]
        parts += [
            f"{title}, ",
            count(f"{name}.patients", len(response), "Patients used for the endpoint.", patients),
            " patients with ",
            count(f"{name}.events", int(response.event.sum()), "Patients with the event.", patients),
            " events; ",
        ]
    parts[-1] = " events. "
    return hs.Text.of(*parts, EXCLUSIONS)


def curve_methods(study: hs.reproduce.Study, recurrence: hs.literature.Endpoint) -> hs.Text:
    """Name the curve and its interval as the result does."""
    return hs.Text.template(
        CURVES,
        method=curves(study, recurrence.response).method,
        horizons=listed([f"{time:g}" for time in study.settings["curves"]["horizons"]]),
    )


def comparisons(study: hs.reproduce.Study, recurrence: hs.literature.Endpoint) -> hs.Text:
    """Name the test as the result does."""
    response, known = known_resection(recurrence)
    chosen = study.settings["comparisons"]
    test = hs.logrank(response, known["resection_complete"], method=chosen["test"])
    patients = [str(one) for one in response.id]
    return hs.Text.template(
        TESTS,
        known=count(
            "resection_known", len(response), "Patients whose extent of resection is stated.", patients
        ),
        method=test.method,
        resamples=hs.formats.count(chosen["n_resamples"]),
    )


def models(study: hs.reproduce.Study, recurrence: hs.literature.Endpoint) -> hs.Text:
    """Name the models as the results do."""
    chosen = study.settings["models"]["local_recurrence"]
    _, together = recurrence_models(study, recurrence)
    patients = together.patients()
    return hs.Text.template(
        MODELS,
        method=together.method,
        alone=names(chosen["univariable"]),
        together=names(chosen["multivariable"]),
        patients=count("model.patients", together.n, "Patients of the model of all factors.", patients),
        events=count("model.events", together.n_events, "Events of the model of all factors.", patients),
    )


def common(study: hs.reproduce.Study) -> hs.Text:
    """Say what holds for all outputs."""
    return hs.Text.template(
        COMMON, level=hs.formats.level(study.level), seed=str(study.seed), version=version("hpcstats")
    )


def names(covariates: Iterable[str]) -> str:
    """Name covariates as the tables do."""
    return listed([LABELS[name][:1].lower() + LABELS[name][1:] for name in covariates])


if __name__ == "__main__":
    hs.reproduce.main(build)
