"""`crackling`: download and index genomes, score guides, list off-targets, align, design guides.

exit codes
  0    done
  1    the program itself failed (a damaged installation, for example)
  2    bad input, a bad option, a file that cannot be read or written, or NCBI that cannot be reached:
       one line on stderr says what, where and the remedy
  130  interrupted (Ctrl-C)
  143  terminated
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, TextIO

from crackling import __version__
from crackling.cli.completion import add_print_completion
from crackling.cli.shared import notices
from crackling.errors import CracklingError, IndexFileError, InputError, StorageError, TransferError
from crackling.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("genome", "index", "score", "offtargets", "align", "design", "inspect")
OK, FAILED, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that temporary files are removed
    sys.exit(run(_parser().parse_args(arguments)))


def run(options: argparse.Namespace) -> int:
    """Run a parsed command and return the exit code."""
    stdout: TextIO | None = sys.stdout
    if stdout is None:
        return _complain(StorageError("standard output: is closed; open it"), BAD_INPUT)
    if isinstance(stdout, io.TextIOWrapper):  # a name may have letters that its encoding lacks
        stdout.reconfigure(errors="backslashreplace")
    try:
        with notices():
            import_module(f"crackling.cli.{options.command}").run(options)
        stdout.flush()
    except (InputError, IndexFileError, StorageError, TransferError) as error:
        return _complain(error, BAD_INPUT)
    except CracklingError as error:
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard(stdout)  # the reader (head, for example) has enough
        return OK
    except OSError as error:
        if error.filename is not None:
            return _complain(
                StorageError(
                    f"{_name(error.filename)}: cannot be used ({error.strerror}); name another file"
                ),
                BAD_INPUT,
            )
        _discard(stdout)
        full = f"standard output: cannot be written ({error.strerror}); free some space or write elsewhere"
        return _complain(StorageError(full), BAD_INPUT)
    except MemoryError:
        return _complain(
            CracklingError("there is not enough memory; give fewer threads or less input"), FAILED
        )
    return OK


def _name(filename: object) -> str:
    return os.fsdecode(filename) if isinstance(filename, str | bytes) else str(filename)


def _discard(stdout: TextIO) -> None:
    """Redirect a stream to nowhere, because Python flushes it once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _complain(error: CracklingError, code: int) -> int:
    print(f"crackling: error: {printable(str(error))}", file=sys.stderr)  # noqa: T201
    return code


def _parser() -> argparse.ArgumentParser:
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="crackling",
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"crackling {__version__}")
    add_print_completion(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name in COMMANDS:
        import_module(f"crackling.cli.{name}").add_parser(commands)
    return parser
