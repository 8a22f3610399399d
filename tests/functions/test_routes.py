"""The table of routes and the functions agree, row by row."""

import importlib

import pytest

from shared.runtime.routes import ROUTES
from tests.functions.conftest import Functions


def test_each_function_answers_exactly_its_rows() -> None:
    registered = {
        (key, name)
        for name in {route.function for route in ROUTES}
        for key in importlib.import_module(f"functions.{name}").api.routes
    }
    assert registered == {(f"{route.method} {route.path}", route.function) for route in ROUTES}


@pytest.mark.parametrize(
    ("method", "path", "status", "key"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("PATCH", "/v1/vouchers/MUG", 405, "method_not_allowed"),
        ("DELETE", "/v1/validations", 405, "method_not_allowed"),
    ],
)
def test_what_is_no_route_is_told_in_the_contracts_shape(
    functions: Functions, method: str, path: str, status: int, key: str
) -> None:
    got, body = functions.call(method, path)
    assert (got, body["code"], body["key"]) == (status, status, key)
    assert body["request_id"].startswith("v-")
