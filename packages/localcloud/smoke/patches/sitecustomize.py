"""Give functions on ministack what Lambda's image has. Python imports this file when a process starts.

Programs of layers are found below /opt, and who names the certificates of the image gets those that ministack is known by.
"""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import Any

CERTIFICATES_OF_THE_IMAGE = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
LAYERS = os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)

_start = subprocess.Popen.__init__
_load = ssl.SSLContext.load_verify_locations


def _start_from_a_layer(self: Any, args: Any, *rest: Any, **options: Any) -> None:
    if isinstance(args, (list, tuple)) and str(args[0]).startswith("/opt/"):
        inside = str(args[0])[len("/opt/") :]
        found = [path for layer in LAYERS if os.path.exists(path := os.path.join(layer, inside))]
        # ministack unpacks files without their modes, and programs name the Python of Lambda's image.
        args = [sys.executable, found[-1], *args[1:]] if found else args
    _start(self, args, *rest, **options)


def _load_own_certificates(self: Any, cafile: Any = None, *rest: Any, **options: Any) -> None:
    if cafile == CERTIFICATES_OF_THE_IMAGE:
        cafile = os.environ["SSL_CERT_FILE"]
    _load(self, cafile, *rest, **options)


subprocess.Popen.__init__ = _start_from_a_layer  # type: ignore[method-assign]
ssl.SSLContext.load_verify_locations = _load_own_certificates  # type: ignore[method-assign]
