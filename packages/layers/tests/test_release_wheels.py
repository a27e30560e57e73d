"""Test that the checks of the released wheels find what is wrong."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest

from release_wheels import PLATFORMS, Platform, wrong_kernel, wrong_record, wrong_tag

MACS = [target for target in PLATFORMS if target.system == "Darwin"]
PROCESSORS = {"x86_64": 0x01000007, "arm64": 0x0100000C}


def mach_o(machine: str) -> bytes:
    return struct.pack("<II", 0xFEEDFACF, PROCESSORS[machine])


def a_wheel(content: bytes, recorded: bytes) -> dict[str, bytes]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(recorded).digest()).rstrip(b"=").decode()
    record = f"a.py,sha256={digest},{len(recorded)}\na.dist-info/RECORD,,\n"
    return {"a.py": content, "a.dist-info/RECORD": record.encode()}


@pytest.mark.parametrize("target", PLATFORMS, ids=lambda target: target.tag)
def test_the_tag_is_that_of_the_platform(target: Platform) -> None:
    tags = {other: f"Wheel-Version: 1.0\nTag: py3-none-{other.tag}\n".encode() for other in PLATFORMS}
    right = [other for other in PLATFORMS if not list(wrong_tag({"a.dist-info/WHEEL": tags[other]}, target))]
    assert right == [target]


@pytest.mark.parametrize("target", MACS, ids=lambda target: target.tag)
def test_a_kernel_for_another_processor_is_found(target: Platform) -> None:
    right = [machine for machine in PROCESSORS if not list(wrong_kernel(mach_o(machine), target))]
    assert right == [target.machine]


def test_a_record_that_fits_has_no_findings() -> None:
    assert list(wrong_record(a_wheel(b"1", b"1"))) == []


def test_changed_missing_and_unlisted_files_are_found() -> None:
    assert list(wrong_record(a_wheel(b"2", b"1"))) == ["RECORD has another digest or size of a.py"]
    wheel = a_wheel(b"1", b"1")
    assert list(wrong_record({**wheel, "b.py": b""})) == ["only one of RECORD and the wheel has b.py"]
    del wheel["a.py"]
    assert list(wrong_record(wheel)) == ["only one of RECORD and the wheel has a.py"]
