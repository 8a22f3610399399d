"""The table of routes: each row once, each path read in one way only."""

import re
from itertools import combinations

from infra.local.events import event_of
from shared.runtime.routes import ROUTES
from tests.unit.values import AT


def filled(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", value, path)


def test_every_row_is_there_once() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_no_request_fits_two_rows_that_are_as_literal() -> None:
    def fits(one: str, another: str) -> bool:
        return bool(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), filled(another, "x")))

    clashes = [
        (one.path, another.path)
        for one, another in combinations(ROUTES, 2)
        if (one.method, one.path.count("{")) == (another.method, another.path.count("{"))
        and (fits(one.path, another.path) or fits(another.path, one.path))
    ]
    assert clashes == []


def test_every_row_leads_to_its_function_with_what_its_path_names() -> None:
    for route in ROUTES:
        name, event = event_of(route.method, filled(route.path, "a%2Fb"), now=AT)
        assert (name, event["routeKey"]) == (route.function, f"{route.method} {route.path}")
        assert set(event.get("pathParameters", {}).values()) <= {"a/b"}
        assert set(event.get("pathParameters", {})) == set(re.findall(r"\{(\w+)\}", route.path))


def test_paths_are_versioned_and_speak_small_words() -> None:
    for route in ROUTES:
        # What is opened from a mail is short, for it stands in text messages too, and its token tells its version.
        in_a_mail = route.path == "/u/{token}"
        assert in_a_mail or re.fullmatch(r"(/client)?/v1(/([a-z-]+(CSV)?|\{[a-z_]+\}))+", route.path), route.path


def test_what_is_no_row_goes_to_the_function_for_everything_else() -> None:
    for method, path in (("GET", "/"), ("GET", "/v1"), ("PATCH", "/v1/vouchers/MUG"), ("GET", "/v1/vouchers/")):
        name, event = event_of(method, path, now=AT)
        assert (name, event["routeKey"]) == ("unknown", "$default")
