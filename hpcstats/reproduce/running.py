"""Run scripts, each in the same fixed environment, one after another or side by side."""

from __future__ import annotations

import inspect
import traceback
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpcstats.errors import DesignError, HpcstatsError, listing
from hpcstats.numbers import Number, distinct_numbers
from hpcstats.reproduce.environment import default_style, fixed_environment, isolated_imports
from hpcstats.reproduce.outputs import NotApplicable, Renderable
from hpcstats.reproduce.report.exhibits import Exhibit, exhibit_of
from hpcstats.reproduce.scripts import Build, Script
from hpcstats.reproduce.study import Study
from hpcstats.reproduce.synthetic_marks import marked

_FOR_DEVELOPERS = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one script: its finished files and numbers, or why there are none.

    Attributes
    ----------
    script : Script
    files : Mapping
        Bytes by path relative to the output directory.
    numbers : tuple of Number
        With identifiers that begin with the output's.
    modules : tuple of Path
        Shared code beside the script that it imported.
    exhibit : Exhibit, optional
        What the output shows in words and numbers, for the page of the report.
    warnings : tuple of str
        Texts of the warnings, each once.
    skipped, failed : str
        The reason, where the script was not applicable or did not finish.
    details : str
        The traceback of a failure.
    """

    script: Script
    files: Mapping[str, bytes]
    numbers: tuple[Number, ...] = ()
    modules: tuple[Path, ...] = ()
    exhibit: Exhibit | None = None
    warnings: tuple[str, ...] = ()
    skipped: str = ""
    failed: str = ""
    details: str = ""


def run_script(
    script: Script, study: Study, formats: Sequence[str] | None, build: Build | None = None
) -> Outcome:
    """Build and render one output; every exception ends up in the outcome.

    Parameters
    ----------
    formats : sequence of str, optional
        Image formats; None leaves them to the journal of the study.
    build : callable, optional
        The script's function where it is loaded already.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for category in _FOR_DEVELOPERS:
            warnings.simplefilter("ignore", category)
        made: dict[str, Any] = {"files": {}}
        try:
            made = _make(script, study, formats, build)
        except NotApplicable as reason:
            made["skipped"] = str(reason)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it may fail in any way, the others still run
            # What the study's own data carry, other data may not: that is no failure of the script.
            if isinstance(error, DesignError) and not study.has_own_data:
                made["skipped"] = str(error)
            else:
                made["failed"] = _told(error, script)
                made["details"] = traceback.format_exc()
    return Outcome(script=script, warnings=tuple(dict.fromkeys(str(one.message) for one in caught)), **made)


def run_all(
    scripts: Sequence[Script], study: Study, formats: Sequence[str] | None, jobs: int | None
) -> Iterator[Outcome]:
    """Run the scripts on `jobs` processes (default: one per core; 1: in this one), in order of completion."""
    from joblib import Parallel, cpu_count, delayed

    workers = min(cpu_count() if jobs is None else jobs, len(scripts))
    if workers <= 1:
        yield from (run_script(script, study, formats) for script in scripts)
    else:
        pool = Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered")
        yield from pool(delayed(run_script)(script, study, formats) for script in scripts)


def raise_failures(outcomes: Sequence[Outcome]) -> None:
    """Raise one error that names every script which failed, with its message."""
    failed = [outcome for outcome in outcomes if outcome.failed]
    if not failed:
        return
    scripts = defaultdict(list)
    for outcome in failed:
        scripts[outcome.failed].append(outcome.script.label)
    told = "\n".join(f"  {listing(labels)}: {message}" for message, labels in scripts.items())
    count = "1 script" if len(failed) == 1 else f"{len(failed)} scripts"
    error = HpcstatsError(f"{count} of {len(outcomes)} failed; nothing was written.\n{told}")
    for outcome in failed:
        error.add_note(outcome.details)
    raise error


def _make(script: Script, study: Study, formats: Sequence[str] | None, build: Build | None) -> dict[str, Any]:
    with ExitStack() as stack:
        stack.enter_context(fixed_environment())
        modules = stack.enter_context(isolated_imports(study.file.parent))
        if script.draws:
            stack.enter_context(default_style())
        output = (build or script.build_function())(study.at_work_on(script.stem))
        if not isinstance(output, Renderable):
            raise DesignError(
                f"build(study) returned {type(output).__name__}, which has no `numbers` and "
                "`render(formats)`. Return a figure or a table."
            )
        output = marked(output) if study.is_synthetic else output
        files = _checked_files(_rendered(output, study, formats), script)
        numbers = _checked_numbers(output.numbers, script)
        exhibit = exhibit_of(output, script)
    shared = sorted(path for path in set(modules) if path != script.path)
    return {"files": files, "numbers": numbers, "modules": tuple(shared), "exhibit": exhibit}


def _rendered(output: Renderable, study: Study, formats: Sequence[str] | None) -> Mapping[str, bytes]:
    """Render for the study's journal, if it has one and the output is one that journals have rules for."""
    render: Any = output.render
    if study.journal and "journal" in inspect.signature(render).parameters:
        return render(formats, journal=study.journal)  # type: ignore[no-any-return]
    return output.render(study.formats if formats is None else formats)


def _checked_files(rendered: Mapping[str, bytes], script: Script) -> dict[str, bytes]:
    wrong = [
        suffix
        for suffix, content in rendered.items()
        if not suffix.startswith(".") or not isinstance(content, bytes)
    ]
    if wrong or not rendered:
        what = f"for {listing(wrong)} something else" if wrong else "nothing"
        raise DesignError(f"render(formats) must return bytes by suffix (such as '.csv'), but gave {what}.")
    return {script.file(suffix): rendered[suffix] for suffix in sorted(rendered)}


def _checked_numbers(numbers: Sequence[Number], script: Script) -> tuple[Number, ...]:
    """Prefix the numbers; one printed in two places is one number, two under one name are an error."""
    once, clashes = distinct_numbers(numbers)
    if clashes:
        ids = dict.fromkeys(number.id for number, _ in clashes)
        raise DesignError(f"Different numbers share an identifier: {listing(ids)}. Name each its own.")
    return tuple(number.within(script.id) for number in once)


def _told(error: BaseException, script: Script) -> str:
    if isinstance(error, HpcstatsError):
        return str(error)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(script.path)
    ]
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}{place}"
