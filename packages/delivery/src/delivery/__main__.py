"""Start the program where it is not installed: `PYTHONPATH=packages/delivery/src python3 -m delivery`."""

from __future__ import annotations

from delivery.cli import start

start()
