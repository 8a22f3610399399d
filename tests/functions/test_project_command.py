"""``bonbon project``: what a shop settles once, and that its checkouts obey."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.cli import main
from infra.local import engine
from shared.domain.stacking import StackingRules
from shared.runtime import settings
from shared.storage.access_keys import AccessKeyStore
from shared.storage.projects import ProjectStore
from tests.builders import checkout, fresh, voucher_body
from tests.functions.conftest import Functions

PROJECT = "proj_that_settles"


@pytest.fixture
def project(functions: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command; what it says, as JSON."""

    def run(*words: str) -> dict[str, Any]:
        monkeypatch.setattr("sys.argv", ["bonbon", "project", "--table", engine.TABLE, "--project", PROJECT, *words])
        capsys.readouterr()
        main()
        return dict(json.loads(capsys.readouterr().out))

    return run


@pytest.fixture
def rules(tmp_path: Path) -> Any:
    def written(**said: Any) -> str:
        path = tmp_path / "rules.json"
        path.write_text(json.dumps(said))
        return str(path)

    return written


def test_a_project_is_settled_bit_by_bit(project: Any, rules: Any) -> None:
    assert project("--time-zone", "Europe/Dublin")["time_zone"] == "Europe/Dublin"
    settled = project("--stacking", rules(redeemables_application_mode="PARTIAL", joint_categories=["any"]))
    assert settled["time_zone"] == "Europe/Dublin"
    assert settled["stacking_rules"]["redeemables_application_mode"] == "PARTIAL"
    assert settled["stacking_rules"]["applicable_redeemables_limit"] == 5
    assert project() == settled
    stored = ProjectStore(settings.table(), PROJECT).get()
    assert stored.stacking == StackingRules(redeemables_application_mode="PARTIAL", joint_categories=("any",))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"redeemables_limit": 31}, "redeemables_limit"),
        ({"applicable_redeemables_limit": 6, "redeemables_limit": 5}, "applicable_redeemables_limit"),
        ({"redeemables_application_mode": "SOME"}, "redeemables_application_mode"),
        ({"redeemables_sorting_rule": "CATEGORY_HIERARCHY"}, "redeemables_sorting_rule"),
        ({"applicable_redeemables_category_limits": {"a": 0}}, "applicable_redeemables_category_limits.a"),
        ({"exclusive_categories": ["a"], "joint_categories": ["a"]}, "joint_categories"),
    ],
)
def test_rules_that_make_no_sense_are_refused_and_nothing_is_settled(
    project: Any, rules: Any, said: dict[str, Any], field: str
) -> None:
    before = project()
    with pytest.raises(SystemExit, match=field):
        project("--stacking", rules(**said))
    with pytest.raises(SystemExit, match="Atlantis"):
        project("--time-zone", "Europe/Atlantis")
    assert project() == before


def test_a_project_that_redeems_what_it_can(project: Any, rules: Any, functions: Functions) -> None:
    project("--stacking", rules(redeemables_application_mode="PARTIAL"))
    key, token = AccessKeyStore(settings.table()).add(PROJECT, "server", at=functions.now)
    shop = replace(functions, headers=(("x-app-id", key.app_id), ("x-app-token", token)))
    good, off = fresh(), fresh()
    shop.call("POST", f"/v1/vouchers/{good}", voucher_body())
    shop.call("POST", f"/v1/vouchers/{off}", voucher_body(active=False))
    _, valid = shop.call("POST", "/v1/validations", checkout(good, off))
    assert (valid["valid"], [it["id"] for it in valid["redeemables"]]) == (True, [good])
    assert [it["id"] for it in valid["inapplicable_redeemables"]] == [off]
    status, redeemed = shop.call("POST", "/v1/redemptions", checkout(good, off))
    assert (status, [it["voucher"]["code"] for it in redeemed["redemptions"]]) == (200, [good])
    assert [it["id"] for it in redeemed["inapplicable_redeemables"]] == [off]
    assert redeemed["inapplicable_redeemables"][0]["result"]["error"]["key"] == "voucher_disabled"
    status, refused = shop.call("POST", "/v1/redemptions", checkout(off))
    assert (status, refused["key"]) == (400, "voucher_disabled")
