"""What goes up in the zips: our code and nothing beside it, and every package that it stands on."""

import importlib.util
import json
import marshal
import subprocess
import sys
import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from types import CodeType

import pytest
from packaging.requirements import Requirement

from infra import node
from infra.dependencies import PINNED
from infra.function import copy
from infra.machine import HERE, LAMBDA, ROOT, Machine, compile_all

UNCHECKED_HASH = 0b01
"""Flags of bytecode that is believed without a look at its source."""


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """Each package of the layer and its version."""
    lines = [line for line in PINNED.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("==") for line in lines)


def test_the_code_goes_up_as_it_stands_and_nothing_beside_it(tmp_path: Path) -> None:
    copy(tmp_path)
    up = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert up == {
        str(path.relative_to(ROOT)) for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py")
    }
    assert (tmp_path / "functions/redeem.py").read_bytes() == (ROOT / "functions/redeem.py").read_bytes()


def test_bytecode_is_believed_and_names_the_place_where_it_will_live(tmp_path: Path) -> None:
    copy(tmp_path)
    compiler = HERE.compiler()
    assert compiler == sys.executable
    compile_all(tmp_path, compiler, "/var/task")
    source = tmp_path / "functions/redeem.py"
    raw = Path(importlib.util.cache_from_source(str(source))).read_bytes()
    assert int.from_bytes(raw[4:8], "little") == UNCHECKED_HASH
    code = marshal.loads(raw[16:])
    assert isinstance(code, CodeType)
    assert code.co_filename == "/var/task/functions/redeem.py"


def test_no_bytecode_is_better_than_anothers() -> None:
    assert Machine("3.0", ()).compiler() is None


def test_the_layer_is_for_lambdas_python_and_processor() -> None:
    assert LAMBDA.python == "3.14"
    assert LAMBDA.wheels == ("--implementation=cp", "--python-version=3.14", "--platform=manylinux2014_aarch64")


def test_the_layer_has_all_that_the_code_needs_at_a_version_it_allows(pins: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {one.name: one for one in map(Requirement, project["dependencies"])}
    del needed["boto3"]  # comes with Lambda's Python
    assert set(needed) <= set(pins)
    assert all(one.specifier.contains(pins[name]) for name, one in needed.items())


def test_each_package_of_the_layer_finds_those_that_it_needs_itself(pins: dict[str, str]) -> None:
    needed = {
        (name, one.name, str(one.specifier))
        for name in pins
        for one in map(Requirement, requires(name) or ())
        if one.marker is None or one.marker.evaluate({"extra": "", "platform_system": "Linux"})
    }
    assert needed
    for name, other, allowed in needed:
        assert Requirement(f"{other}{allowed}").specifier.contains(pins[other.replace("_", "-")]), name


def test_what_is_deployed_is_what_is_tested(pins: dict[str, str]) -> None:
    assert pins == {name: version(name) for name in pins}


def test_cdk_synth_makes_both_zips_for_lambda(tmp_path: Path) -> None:
    """As a person calls it, but that the output goes elsewhere; the wheels come from the package index."""
    command = [node.binary(), node.toolkit(), "synth", "--quiet", "--no-notices", "--output", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    assets = json.loads((tmp_path / "Bonbon.assets.json").read_text())["files"].values()
    code, layer = sorted(
        (tmp_path / asset["source"]["path"] for asset in assets if asset["source"]["packaging"] == "zip"),
        key=lambda folder: (folder / "python").exists(),
    )
    assert {path.name for path in code.iterdir()} == {"functions", "shared"}
    assert {path.name for path in layer.iterdir()} == {"python"}
    [compiled] = (layer / "python/pydantic_core").glob("*.so")
    assert compiled.name == "_pydantic_core.cpython-314-aarch64-linux-gnu.so"
    here = str(ROOT).encode()
    assert not [path for path in tmp_path.glob("asset.*/**/*") if path.is_file() and here in path.read_bytes()]
