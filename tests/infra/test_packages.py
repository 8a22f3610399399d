"""What goes up in the zips: our code and nothing beside it, and every package that it stands on."""

import importlib.util
import json
import marshal
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path
from types import CodeType

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra import node
from infra.dependencies import NEVER_OPENED, PINNED, PINNED_FOR_THE_POST, WITH_THE_POST
from infra.function import copy
from infra.machine import HERE, LAMBDA, ROOT, Machine, compile_all

UNCHECKED_HASH = 0b01
"""Flags of bytecode that is believed without a look at its source."""


WITH_THE_RUNTIME = {"boto3", "botocore"}
"""What Lambda's Python brings."""

NEVER_ASKED = {("email-validator", "dnspython")}
"""What a package names as its need and we never have it ask for: no DNS is looked up to check an address."""


def pinned(in_: Path) -> dict[str, str]:
    """Each package of a layer and its version."""
    lines = [line for line in in_.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("==") for line in lines)


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """Those of both layers."""
    return pinned(PINNED) | pinned(PINNED_FOR_THE_POST)


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
    assert LAMBDA.wheels == (
        *("--implementation=cp", "--python-version=3.14"),
        *("--platform=manylinux2014_aarch64", "--platform=manylinux_2_28_aarch64"),
    )


def test_no_package_is_in_two_layers() -> None:
    assert not pinned(PINNED).keys() & pinned(PINNED_FOR_THE_POST).keys()


def test_the_layers_have_all_that_the_code_needs_at_a_version_it_allows(pins: dict[str, str]) -> None:
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
    needed = {it for it in needed if it[:2] not in NEVER_ASKED}
    for name, other, allowed in needed:
        assert Requirement(f"{other}{allowed}").specifier.contains(pins[other.replace("_", "-")]), name


def test_what_is_deployed_is_what_is_tested(pins: dict[str, str]) -> None:
    assert pins == {name: version(name) for name in pins}


@pytest.fixture(scope="module")
def package_of() -> dict[str, str]:
    """The package that brings what is imported by a name."""
    return {name: canonicalize_name(first) for name, (first, *_) in packages_distributions().items()}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports what, also where only a call does, which a cold start does not pay for."""
    return grimp.build_graph("functions", "shared", include_external_packages=True, exclude_type_checking_imports=True)


@pytest.mark.parametrize("word", sorted(path.stem for path in (ROOT / "functions").glob("[a-z]*.py")))
def test_each_function_has_the_layers_that_it_needs_and_no_more(
    graph: grimp.ImportGraph, package_of: dict[str, str], word: str
) -> None:
    upstream = {module.partition(".")[0] for module in graph.find_upstream_modules(f"functions.{word}")}
    needed = {package_of[it] for it in upstream - {"functions", "shared"} - sys.stdlib_module_names}
    for_all, for_the_post = set(pinned(PINNED)), set(pinned(PINNED_FOR_THE_POST))
    assert needed - WITH_THE_RUNTIME <= (for_all | for_the_post if word in WITH_THE_POST else for_all)
    assert bool(needed & for_the_post) == (word in WITH_THE_POST)


ALONE = """
import importlib, sys

class NoOthers:
    def find_spec(self, name, path=None, target=None):
        if name in others:
            raise ModuleNotFoundError(f"{name} is in no layer", name=name)

others, modules = (set(word.split()) for word in sys.argv[1:])
sys.meta_path.insert(0, NoOthers())
for module in modules:
    importlib.import_module(module)
"""
"""Imports some modules where others cannot be imported."""


@pytest.mark.parametrize("post", [False, True])
def test_the_functions_start_with_nothing_but_their_layers(package_of: dict[str, str], *, post: bool) -> None:
    """So do the packages that a function imports only once it needs them."""
    layers = [PINNED, *([PINNED_FOR_THE_POST] if post else [])]
    pins = {package for layer in layers for package in pinned(layer)}
    # boto3's own needs come with it.
    there = pins | WITH_THE_RUNTIME | {"s3transfer", "urllib3", "python-dateutil", "six"}
    others = {name for name, package in package_of.items() if package not in there} - {"functions", "shared"}
    own = {name for name, package in package_of.items() if package in pins}
    words = {path.stem for path in (ROOT / "functions").glob("[a-z]*.py")}
    mine = {f"functions.{word}" for word in words if (word in WITH_THE_POST) == post}
    command = [sys.executable, "-c", ALONE, " ".join(others), " ".join(mine | own)]
    subprocess.run(command, cwd=ROOT, env={"AWS_DEFAULT_REGION": "us-east-1"}, check=True)


WRITES = """
import sys
sys.path[:0] = sys.argv[1:]
import email_validator, holidays, liquid, phonenumbers
from datetime import date
day = date(2026, 3, 17)
assert day in holidays.country_holidays("IE")
template = liquid.Environment().from_string("Hi {{ name }}, {{ day | date: '%d %B' }}")
assert template.render(name="Ann", day=day) == "Hi Ann, 17 March"
assert email_validator.validate_email("ann@shop.ie", check_deliverability=False).normalized == "ann@shop.ie"
assert phonenumbers.is_valid_number(phonenumbers.parse("+353861234567"))
"""
"""What of Lambda's layers runs on any machine: all but the two parts that are compiled."""


def test_cdk_synth_makes_the_zips_for_lambda(tmp_path: Path) -> None:
    """As a person calls it, but that the output goes elsewhere; the wheels come from the package index."""
    command = [node.binary(), node.toolkit(), "synth", "--quiet", "--no-notices", "--output", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    assets = json.loads((tmp_path / "Bonbon.assets.json").read_text())["files"].values()
    code, for_all, for_the_post = sorted(
        (tmp_path / asset["source"]["path"] for asset in assets if asset["source"]["packaging"] == "zip"),
        key=lambda folder: ((folder / "python").exists(), (folder / "python/liquid").exists()),
    )
    assert {path.name for path in code.iterdir()} == {"functions", "shared"}
    for layer, compiled in ((for_all, "pydantic_core/_pydantic_core"), (for_the_post, "mrml/mrml")):
        assert {path.name for path in layer.iterdir()} == {"python"}
        assert (layer / f"python/{compiled}.cpython-314-aarch64-linux-gnu.so").exists()
    paths = [str(layer / "python") for layer in (for_all, for_the_post)]
    subprocess.run([sys.executable, "-I", "-S", "-c", WRITES, *paths], check=True)
    assert not any((for_the_post / "python" / folder).exists() for folder in NEVER_OPENED)
    here = str(ROOT).encode()
    assert not [path for path in tmp_path.glob("asset.*/**/*") if path.is_file() and here in path.read_bytes()]
