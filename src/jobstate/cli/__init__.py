"""The command line, one file per command; importing it needs no extra.

`main` is what the command `jobstate` runs. It imports the commands only then, so that a person
without the extra is told what to install.
"""

from __future__ import annotations

import gc
import sys

from jobstate.errors import MissingExtraError

#: Judging makes many small objects and no cycles: looking for those rarely saves a tenth.
_ALLOCATIONS = 100_000
#: What the extra `cli` installs.
_EXTRA = ("typer", "rich")
_UNUSABLE = 2
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; it ends the program."""
    gc.set_threshold(_ALLOCATIONS)
    try:
        from jobstate.cli.app import app  # noqa: PLC0415 - the extra may not be there
        from jobstate.cli.shell import open_streams, unwritten  # noqa: PLC0415 - likewise

        open_streams()
        try:
            app(prog_name="jobstate")
        except OSError as error:  # from the help, say: commands have their own
            sys.exit(unwritten(error))
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _EXTRA:
            raise
        print(MissingExtraError("the command jobstate", library, "cli"), file=sys.stderr)  # noqa: T201
        sys.exit(_UNUSABLE)
    except KeyboardInterrupt:  # while the commands are being imported
        sys.exit(_INTERRUPTED)
    finally:
        gc.freeze()  # the process ends: looking for cycles in what it leaves would be for nothing
