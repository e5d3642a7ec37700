"""What a pooling says of itself: the sentence for a Methods section, the conventions, the warnings."""

from __future__ import annotations

from hpcstats import formats
from hpcstats.errors import SmallSampleWarning, listing, warn
from hpcstats.literature.pooling.choices import Choices
from hpcstats.literature.pooling.studies import Studies

_FEW = 5
_NAMES = {
    "reml": "restricted maximum likelihood",
    "ml": "maximum likelihood",
    "pm": "Paule and Mandel",
    "eb": "empirical Bayes",
    "dl": "DerSimonian and Laird",
    "he": "Hedges",
    "sj": "Sidik and Jonkman",
    "hs": "Hunter and Schmidt",
}
_LIMITS = {
    "wald": "normal limits",
    "wald-t": "limits by the t distribution with {df} degrees of freedom",
    "profile": "profile-likelihood limits",
    "hartung-knapp": "Hartung-Knapp limits (t distribution with {df} degrees of freedom)",
    "hartung-knapp-truncated": "Hartung-Knapp limits with a standard error never below that of Wald "
    "(t distribution with {df} degrees of freedom)",
}
_EXACT = {"proportion": "Clopper-Pearson", "rate": "exact Poisson"}
_MODEL = {
    "proportion": "random-effects logistic model (binomial within, normal log-odds between studies)",
    "rate": "random-effects Poisson model (Poisson within, normal log-rates between studies)",
}


def sentence(quantity: str, k: int, choices: Choices) -> str:
    """Return a sentence fit for a Methods section."""
    limits = f"{formats.level(choices.level)} {_LIMITS[choices.limits].format(df=k - 1)}"
    if k == 1:
        return f"One {quantity} with its own {formats.level(choices.level)} normal limits."
    if choices.method == "glmm":
        return (
            f"{quantity.capitalize()}s of {k} studies pooled in a {_MODEL[quantity]} by maximum likelihood "
            f"with adaptive Gauss-Hermite quadrature; {limits}."
        )
    on = "" if choices.scale == "identity" else f" on the {choices.scale} scale"
    if choices.tau2 == "fe":
        return f"{quantity.capitalize()}s of {k} studies pooled{on} as one common value; {limits}."
    how = (
        f"by {_NAMES[choices.tau2]}"
        if isinstance(choices.tau2, str)
        else f"set to {choices.tau2:g} beforehand"
    )
    return (
        f"{quantity.capitalize()}s of {k} studies pooled{on} with random effects, variance between studies "
        f"{how}; {limits}."
    )


def exact_sentence(quantity: str, k: int, level: float) -> str:
    """Return the sentence where nothing could be pooled but the counts."""
    what = "One study" if k == 1 else f"Summed counts of {k} studies"
    return f"{what} with {_EXACT[quantity]} {formats.level(level)} limits."


def conventions(quantity: str, choices: Choices, studies: Studies, halved: list[str]) -> tuple[str, ...]:
    """Return the conventions the numbers follow."""
    found = []
    if quantity in _EXACT:
        found += [
            f"The pooled {quantity} is the median over such studies: the mean on the {choices.scale} scale.",
            f"Limits of each study: {_EXACT[quantity]}.",
        ]
    if choices.tau2 != "fe" and len(studies) > 1:
        found.append(
            "Prediction interval: pooled mean and variance between studies together, with the "
            f"{'normal' if choices.limits == 'wald' else 't'} distribution of the limits."
        )
    if halved:
        found.append(f"Half an event and half a non-event were added to {listing(halved)}.")
    return (*found, *one_of_each(studies))


def exact_conventions(quantity: str, studies: Studies) -> tuple[str, ...]:
    """Return the conventions where nothing could be pooled but the counts."""
    return (f"Limits of each study: {_EXACT[quantity]}.", *one_of_each(studies))


def one_of_each(studies: Studies) -> tuple[str, ...]:
    """Say what was done with studies that share patients."""
    if not studies.dropped:
        return ()
    return ("Of studies that share patients one was pooled; the others are named in `dropped`.",)


def few_studies(k: int) -> tuple[str, ...]:
    """Warn of a variance between studies that rests on few of them, and return the text."""
    if k == 1 or k >= _FEW:
        return ()
    text = (
        f"Only {k} studies: the variance between them is hardly known, and limits and prediction depend on "
        "how it is estimated. Show the studies themselves beside the pooled estimate."
    )
    warn(text, SmallSampleWarning)
    return (text,)
