"""Hatchling's hook: a wheel carries the kernel compiled for the machine that builds it."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from types import ModuleType

COMPILER = "ziglang>=0.17,<0.18"


def _compile_module() -> ModuleType:
    """Return native/compile.py, a program beside this file that belongs to no package."""
    path = Path(__file__).with_name("compile.py")
    spec = importlib.util.spec_from_file_location("compile_kernel", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KernelHook(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return [] if _compile_module().is_fresh() else [COMPILER]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's signature
        module = _compile_module()
        if not module.is_fresh():
            module.compile_kernel()
        library = module.LIBRARY.relative_to(self.root).as_posix()
        build_data["artifacts"].append(library)
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"  # ctypes loads it: no Python ABI
