"""What the contract's tests together hold: each part may have files of its own, and none of a kind may be missing."""

from importlib import import_module
from pathlib import Path
from types import ModuleType


def modules() -> list[ModuleType]:
    """Every file of tests beside this one."""
    return [import_module(f"tests.contract.{path.stem}") for path in sorted(Path(__file__).parent.glob("test_*.py"))]


def driven() -> set[str]:
    """The routes that some test drives with the SDK."""
    tests = [it for module in modules() for name, it in vars(module).items() if name.startswith("test_")]
    marks = (mark for it in tests for mark in getattr(it, "pytestmark", ()) if mark.name == "drives")
    return {route for mark in marks for route in mark.args}


def spoilt() -> set[str]:
    """The method and path of each request body that some test spoils, as the test names them."""
    bodies = (getattr(module, "BODIES", {}) for module in modules())
    return {route for body in bodies for route, _ in body.values()}
