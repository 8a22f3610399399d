"""A webhook that answers byte by byte keeps a worker no longer than one that is silent."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from threading import Event, Thread

import pytest

from shared.delivery import webhook as sending
from shared.domain.post.deliveries import PerhapsTaken
from tests.storage.test_webhooks import PUSH, hook

PATIENCE = 0.3
Dripping = Callable[[bytes], str]


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dripping]:
    """A server that says the same few bytes again and again, each well before anybody loses patience."""
    monkeypatch.setattr(sending, "TO_ANSWER", PATIENCE)
    over = Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threads = list[Thread]()

        def serve(said: bytes) -> str:
            def drip() -> None:
                with suppress(OSError):
                    connected, _ = server.accept()
                    with connected:
                        while not over.wait(PATIENCE / 10):
                            connected.sendall(said)

            threads.append(Thread(target=drip))
            threads[-1].start()
            return f"127.0.0.1:{server.getsockname()[1]}"

        yield serve
        over.set()
        for thread in threads:
            thread.join()


def test_an_answer_without_an_end_is_perhaps_a_yes(dripping: Dripping) -> None:
    began = time.monotonic()
    with pytest.raises(PerhapsTaken):
        hook(f"http://{dripping(b'H')}/hooks").send(PUSH)
    assert time.monotonic() - began < 5 * PATIENCE
