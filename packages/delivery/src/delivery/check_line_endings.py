"""Hold all files of the repository to unix line endings.

cloud-init and the shell refuse init.sh with CRLF, on the machine and not before: so this is checked first. Looked at are the
files that git knows or would add. .gitattributes asks git for unix endings; this notices where a program or an editor did not.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from delivery.program import DONE, FAILED, outcome, parser, say

ROOT = Path(__file__).resolve().parents[4]
# As git itself decides: a file with a zero byte at its start is not text.
_START = 8000


def with_carriage_returns(paths: list[Path]) -> list[tuple[Path, int]]:
    """The text files that have a carriage return at a line's end, with the number of the first such line."""
    found = []
    for path in paths:
        content = path.read_bytes()
        if b"\0" not in content[:_START] and b"\r\n" in content:
            found.append((path, content[: content.index(b"\r\n")].count(b"\n") + 1))
    return found


def known_files(root: Path) -> list[Path]:
    """Files that git tracks, or would: what it ignores is left out."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True).stdout
    paths = [root / name for name in sorted(set(listed.split("\0"))) if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def main(arguments: list[str] | None = None) -> int:
    asked = parser(__doc__)
    asked.add_argument("files", nargs="*", type=Path, help="only these")
    options = asked.parse_args(arguments)

    def run() -> int:
        found = with_carriage_returns(options.files or known_files(ROOT))
        for path, line in found:
            say(f"{path}:{line}: ends with a carriage return; `sed -i 's/\\r$//' {path}` mends the file")
        return FAILED if found else DONE

    return outcome(run, OSError, subprocess.CalledProcessError)


if __name__ == "__main__":
    sys.exit(main())
