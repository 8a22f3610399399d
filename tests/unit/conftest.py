"""Decisions alone: no test here opens a socket, so none can depend on an engine, a network or a clock of its own."""

import pytest
from hypothesis import settings

from tests.fakes import in_memory
from tests.unit.till import Till
from tests.unit.values import PROJECT

# Models are built at their first use, which would count against the first example's time.
settings.register_profile("bonbon", deadline=None, max_examples=60)
settings.load_profile("bonbon")


@pytest.fixture(autouse=True)
def _without_sockets(socket_disabled: None) -> None:
    """Every socket is refused."""


@pytest.fixture
def till() -> Till:
    """A checkout over stores in memory."""
    return Till(in_memory(PROJECT))
