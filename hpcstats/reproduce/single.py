"""``python analyses/figure_03_….py``: one script, run by itself."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path

from hpcstats.errors import HpcstatsError
from hpcstats.reproduce.rebuild import Report, image_formats, output_directory, write_outcomes
from hpcstats.reproduce.running import run_script
from hpcstats.reproduce.scripts import Build, find_scripts, script_at
from hpcstats.reproduce.settings import FORMATS
from hpcstats.reproduce.study import Study


def main(build: Build, arguments: Sequence[str] | None = None) -> None:
    """Build the output of one script and say where it is; the last line of every script calls it.

    The script is run exactly as `reproduce` runs it: the same environment, random stream and bytes. Its files
    and its part of the records are written, all else in the output directory stays.

    Parameters
    ----------
    build : callable
        The script's function: takes the `Study`, returns a `Renderable`.
    arguments : sequence of str, optional
        Command line (default: that of the process): ``--out DIR``, ``--formats pdf,svg``, ``--data DIR``,
        ``--journal NAME``.

    Raises
    ------
    SystemExit
        With status 1 and one clear line, if the output cannot be built.

    Examples
    --------
    The end of a script::

        if __name__ == "__main__":
            hs.reproduce.main(build)
    """
    path = Path(inspect.getfile(build)).resolve()
    options = _parser(build, path).parse_args(arguments)
    try:
        report = _run(build, path, options)
    except (HpcstatsError, OSError) as error:
        sys.exit(f"Error: {error}")
    for outcome in report.outcomes:
        for name in outcome.files:
            print(report.directory / name)  # noqa: T201 - this is a command line
    print(report)  # noqa: T201


def _run(build: Build, path: Path, options: argparse.Namespace) -> Report:
    study = Study.read(path.parent.parent, data=options.data)
    study = study if options.journal is None else study.for_journal(options.journal)
    script = script_at(study, path)
    asked, others = image_formats(study, None if options.formats is None else options.formats.split(","))
    directory = output_directory(study, options.out)
    study.common_inputs()
    outcome = run_script(script, study, asked, build)
    return write_outcomes(study, [outcome], directory, find_scripts(study), others)


def _parser(build: Build, path: Path) -> argparse.ArgumentParser:
    module = sys.modules.get(build.__module__)
    parser = argparse.ArgumentParser(prog=path.name, description=(module and module.__doc__) or build.__doc__)
    parser.add_argument("--out", metavar="DIR", help="directory to write to (default: that of study.toml)")
    parser.add_argument(
        "--formats", metavar="LIST", help=f"image formats, with commas between: {','.join(FORMATS)}"
    )
    parser.add_argument("--journal", metavar="NAME", help="journal whose rules a figure keeps")
    parser.add_argument("--data", metavar="DIR", help="data directory to use in place of the study's own")
    return parser
