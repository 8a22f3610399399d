"""The official Python SDK, watched: which routes it asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.local.service import Service, running
from shared.runtime.routes import ROUTES
from tests.builders import SANDBOX, Shop


@dataclass
class Sdk:
    """The SDK's modules by what they are for. ``request`` makes a request from a plain dict."""

    module: ModuleType
    client: Any
    driven: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        make = {name: getattr(self.module, f"{name}Api")(self.client) for name in APIS}
        self.campaigns, self.vouchers, self.publications = make["Campaigns"], make["Vouchers"], make["Publications"]
        self.validations, self.redemptions = make["Validations"], make["Redemptions"]
        self.async_actions, self.customers, self.orders = make["AsyncActions"], make["Customers"], make["Orders"]
        self.products, self.collections = make["Products"], make["ProductCollections"]

    def request(self, model: str, fields: dict[str, Any], *, with_nulls: bool = False) -> Any:
        """A request's model; ``with_nulls`` sends, as the SDK then does, null for every field that is not named."""
        request = getattr(self.module, f"{model}RequestBody")
        return request.from_dict(fields) if with_nulls else request(**fields)


APIS = (
    *("Campaigns", "Vouchers", "Publications", "Validations", "Redemptions", "AsyncActions", "Customers", "Orders"),
    *("Products", "ProductCollections"),
)


def route_of(method: str, url: str) -> str:
    """The row of the routes that answers; the most literal where two fit."""
    path = urlsplit(url).path
    fitting = [it for it in ROUTES if it.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", it.path), path)]
    best = min(fitting, key=lambda it: it.path.count("{"))
    return f"{best.method} {best.path}"


@pytest.fixture(scope="session")
def apart() -> Iterator[Shop]:
    """A shop of a service apart: for those who ask alone, and then compare all that there is with what there was."""
    with running() as service, Shop(service.url, SANDBOX) as shop:
        yield shop


@pytest.fixture(scope="session")
def sdk_client(service: Service) -> tuple[ModuleType, Any]:
    # Its 1,400 models take seconds to import: only for the tests that need them.
    import voucherify

    return voucherify, voucherify.ApiClient(voucherify.Configuration(host=service.url, api_key=dict(SANDBOX)))


@pytest.fixture
def sdk(
    sdk_client: tuple[ModuleType, Any], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sdk]:
    """The SDK; at the end, the test has driven the routes that it says it drives."""
    sdk = Sdk(*sdk_client)
    call_api = sdk.client.call_api

    def watched(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        sdk.driven.add(route_of(method, url))
        return call_api(method, url, *args, **kwargs)

    monkeypatch.setattr(sdk.client, "call_api", watched)
    yield sdk
    mark = request.node.get_closest_marker("drives")
    assert set(mark.args if mark else ()) <= sdk.driven
