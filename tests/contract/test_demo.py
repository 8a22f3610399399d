"""The first thing a stranger runs."""

import io
import re
import subprocess
import sys
from threading import Lock

import httpx
import pytest
from rich.console import Console

from infra.local import demo
from infra.local.service import SANDBOX, Service, running


def test_the_demo_tells_its_story_and_ends_by_itself_with_exit_0() -> None:
    command = [sys.executable, "-m", "infra.local.demo"]
    told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)

    assert (told.returncode, told.stderr) == (0, "")
    assert re.findall(r"✓ (.+)", told.stdout) == [
        "Welcome: 20 % off, at most $30.00, 1 use per code",
        "3 different codes",
        "paid $96.00, as promised",
        "1 won, 49 refused with quantity_exceeded",
        "held for the session “laptop”",
        "her phone is refused: quantity_exceeded",
        "released, and taken by her phone",
        "a second time is refused: already_rolled_back",
        "uses of the code: 1 → 0 → 0",
        "54 records, 50 of them failures, each with its reason",
        "Dawa and Nell were written to at 09:00, where each of them is",
        "of 3 who were due, 2 sent, 1 no_consent",
        "and Dawa's code is worth $10.00 of $50.00",
    ]
    assert max(map(len, told.stdout.splitlines())) <= 80


def test_an_answer_that_does_not_fit_the_story_ends_it_with_exit_1(service: Service) -> None:
    page = io.StringIO()

    assert demo.perform(service.url, Console(file=page, width=200), keys={**SANDBOX, "X-App-Token": "wrong"}) == 1

    assert "✗ POST /v1/campaigns should answer 200" in page.getvalue()
    assert "unauthorized" in page.getvalue()


def test_a_second_winner_of_the_race_does_not_go_unnoticed() -> None:
    with running() as service, httpx.Client(base_url=service.url, headers=SANDBOX, transport=Generous()) as http:
        story = demo.Story(http, Console(quiet=True))
        with pytest.raises(demo.Broken, match="not as it should be: 2 won, 48 refused with quantity_exceeded"):
            demo.tell(story)


class Generous(httpx.HTTPTransport):
    """Turns the first refusal of a redemption into a success, as a service that counts badly would."""

    def __init__(self) -> None:
        super().__init__()
        self.turned = False
        self.lock = Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        with self.lock:
            if self.turned or request.url.path != "/v1/redemptions" or response.is_success:
                return response
            self.turned = True
        response.read()
        return httpx.Response(200, json={})
