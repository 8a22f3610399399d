"""``bonbon keys``: key pairs made, listed and revoked; a secret is shown once."""

import re

import pytest

from infra.cli import main
from infra.local import engine
from shared.runtime import settings
from shared.storage.access_keys import AccessKeyStore
from tests.functions.conftest import Functions

PROJECT = "proj_of_the_command"
SHOP = "https://shop.example"


class Command:
    """The command line, and what it says."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys = patch, capsys

    def keys(self, *words: str) -> str:
        self._patch.setattr("sys.argv", ["bonbon", "keys", *words, "--table", engine.TABLE])
        self._capsys.readouterr()
        main()
        return self._capsys.readouterr().out

    def create(self, *words: str, project: str = PROJECT) -> dict[str, str]:
        """What is to be sent, by header."""
        said = self.keys("create", "--project", project, *words)
        assert said.splitlines()[-1] == "The token is shown once; only its hash is kept."
        return dict(re.findall(r"^(X-[\w-]+): +(\S+)$", said, re.MULTILINE))


@pytest.fixture
def command(functions: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_a_servers_pair_opens_its_project(command: Command, functions: Functions) -> None:
    made = command.create()
    assert list(made) == ["X-App-Id", "X-App-Token"]
    key = AccessKeyStore(settings.table()).find(made["X-App-Id"], made["X-App-Token"])
    assert key
    assert (key.project, key.side) == (PROJECT, "server")


def test_a_clients_pair_knows_its_sites(command: Command) -> None:
    sites = ("--origin", "HTTPS://Shop.example:443", "--origin", "http://localhost:*")
    made = command.create("--side", "client", *sites, "--client-refusals", "detailed")
    assert list(made) == ["X-Client-Application-Id", "X-Client-Token"]
    key = AccessKeyStore(settings.table()).find(*made.values())
    assert key
    assert (key.side, key.origins, key.detailed) == ("client", (SHOP, "http://localhost:*"), True)


def test_a_managements_pair_is_called_as_it_is_sent(command: Command) -> None:
    assert list(command.create("--side", "management")) == ["X-Management-Id", "X-Management-Token"]


def test_the_list_shows_what_there_is_and_no_secret(command: Command) -> None:
    project = f"{PROJECT}_listed"
    server = command.create(project=project)
    client = command.create("--side", "client", "--origin", SHOP, "--origin", "http://localhost:*", project=project)
    said = command.keys("list", "--project", project)
    ids = {server["X-App-Id"], client["X-Client-Application-Id"]}
    assert {line.split()[0] for line in said.splitlines()} == ids
    [line] = [line for line in said.splitlines() if client["X-Client-Application-Id"] in line]
    at = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"\w{{32}}  client      {at}  {SHOP} http://localhost:\*", line)
    for secret in (server["X-App-Token"], client["X-Client-Token"]):
        assert secret not in said

    command.keys("revoke", "--app-id", server["X-App-Id"])
    assert command.keys("list", "--project", project).splitlines() == [line]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "--side", "client"), "needs --origin"),
        (("create", "--origin", SHOP), "are of a client's key"),
        (("create", "--client-refusals", "detailed"), "are of a client's key"),
        (("revoke",), "--app-id is missing"),
    ],
)
def test_what_would_make_no_sense_is_refused(command: Command, words: tuple[str, ...], why: str) -> None:
    before = command.keys("list", "--project", "proj_production")
    with pytest.raises(SystemExit, match=why):
        command.keys(*words)
    assert command.keys("list", "--project", "proj_production") == before


@pytest.mark.parametrize(
    "origin", ["*", "null", "shop.example", "https://shop.example/checkout", "https://*.example", ""]
)
def test_what_is_no_site_is_refused(command: Command, capsys: pytest.CaptureFixture[str], origin: str) -> None:
    with pytest.raises(SystemExit) as refused:
        command.keys("create", "--side", "client", "--origin", origin)
    assert refused.value.code == 2
    assert "argument --origin" in capsys.readouterr().err
