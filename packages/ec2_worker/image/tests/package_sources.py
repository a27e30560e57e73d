"""Tell where apt in a Debian root gets packages from."""

from __future__ import annotations

import re

FILES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d")


def to_copy(os_release: str) -> tuple[str, ...]:
    """Return the files of this machine that a Debian root needs to find packages.

    There are none if this machine is another system, whose packages do not fit: debootstrap's choice stays then.
    """
    return FILES if re.search(r"^ID=debian$", os_release, re.MULTILINE) else ()
