"""One service a test run (one a worker, under xdist), started the way a user starts it; and one whose clock moves."""

from collections.abc import Iterator

import pytest

from infra.local.service import Service, running
from tests.builders import CLIENT, PRODUCTION, SANDBOX, Clock, Shop


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "drives(*routes): the routes that a test drives with the official SDK")


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service on a free port, its table empty at first. Its time is the real one."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def shop(service: Service) -> Iterator[Shop]:
    """The sandbox project."""
    with Shop(service.url, SANDBOX) as shop:
        yield shop


@pytest.fixture(scope="session")
def other_shop(service: Service) -> Iterator[Shop]:
    """The production project of the same service."""
    with Shop(service.url, PRODUCTION) as shop:
        yield shop


@pytest.fixture(scope="session")
def storefront(service: Service) -> Iterator[Shop]:
    """Whoever has the sandbox project's client key, as every visitor of its pages does."""
    with Shop(service.url, CLIENT) as shop:
        yield shop


@pytest.fixture(scope="session")
def timed_service() -> Iterator[Service]:
    """A service apart: a clock is the whole service's, so who moves it needs one that nobody else looks at."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def timed_shop(timed_service: Service) -> Iterator[Shop]:
    """The sandbox project of the service whose clock moves."""
    with Shop(timed_service.url, SANDBOX) as shop:
        yield shop


@pytest.fixture
def clock(timed_service: Service) -> Iterator[Clock]:
    """The hand on that service's clock; the real time is back when the test ends."""
    with Clock(timed_service.url) as clock:
        yield clock
