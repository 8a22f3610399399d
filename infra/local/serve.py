"""``bonbon serve``: the whole service on one machine, on 127.0.0.1 only."""

import importlib
import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from infra.local import engine
from infra.local.calendar import Calendar
from infra.local.clock import Clock
from infra.local.facts import Facts
from infra.local.feedback import Feedback
from infra.local.gateway import Gateway
from infra.local.outbox import Outbox
from infra.local.pump import Line, Pump
from infra.local.service import free_port
from infra.local.stream import Reader, StreamPump, moves, touches_a_customer
from shared.runtime import settings
from shared.runtime.clock import clock as followed
from shared.storage.access_keys import AccessKeyStore

KEYS = (
    ("proj_sandbox", "server", "sandbox", "sandbox-secret"),
    ("proj_sandbox", "client", "sandbox-client", "sandbox-client-secret"),
    ("proj_production", "server", "production", "production-secret"),
    ("proj_production", "client", "production-client", "production-client-secret"),
    ("management", "management", "management", "management-secret"),
)
"""The fixed projects and keys of every local run. They open nothing but a service on this machine."""
PAGES_HERE = tuple(f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1"))
"""The client keys' origins: any page of this machine."""
GRACE_SECONDS = 3
BEHIND_TICKS = {"CALENDAR_QUEUE_URL": "fan_out", "POST_QUEUE_URL": "deliver"}
"""The queues to be empty before a tick is over, and their workers; what the first one sends, the next one takes."""


class Server(uvicorn.Server):
    """Says when it is ready, and ``halt`` when it takes no more requests."""

    def __init__(self, config: uvicorn.Config, announce: str, halt: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce
        self._halt = halt

    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        print(self._announce, flush=True)

    async def shutdown(self, sockets: object = None) -> None:
        self._halt()  # a long move of the clock is a request, too: it would use up the grace
        await super().shutdown(sockets)  # type: ignore[arg-type]


def add_keys(store: AccessKeyStore, *, at: datetime) -> None:
    """Make the fixed keys; they may be there already."""
    for project, side, app_id, token in KEYS:
        origins = PAGES_HERE if side == "client" else ()
        store.add(project, side, at=at, app_id=app_id, token=token, origins=origins)  # type: ignore[arg-type]


def worker(name: str) -> Any:
    """The handler of a function that something other than a request wakes."""
    return importlib.import_module(f"functions.{name}").handler


def serve(port: int, data: Path, *, extra: str = "") -> None:
    """Serve until SIGTERM or Ctrl-C, then stop within seconds; what was written is in ``data`` afterwards."""
    # uvicorn ends by raising the signal that stopped it once more; as an exception it leaves through the engine,
    # which then writes its state.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "bonbon")
    with engine.running(free_port(), data) as endpoint:
        engine.connect(endpoint)
        os.environ["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        engine.create_table(endpoint)
        clock = Clock()
        add_keys(AccessKeyStore(settings.table()), at=clock.now())
        followed.follow(clock.now)
        actions = Pump(Line(os.environ["QUEUE_URL"], worker("generate"), clock))
        stream = StreamPump(
            endpoint,
            os.environ["TABLE_NAME"],
            clock,
            Reader(moves, worker("facts")),
            Reader(touches_a_customer, worker("follow_up")),
        )
        outbox = Outbox(endpoint, clock)
        calendar = Calendar(
            clock,
            worker("tick"),
            [
                Line(url, worker(name), clock, dead_letters=engine.dead_letters(url))
                for url, name in ((os.environ[queue], name) for queue, name in BEHIND_TICKS.items())
            ],
            rest=(actions.rest, stream.drain, outbox.texts),  # a text that is seen now left before the clock moves
            after_each=outbox.texts,
        )
        for running in (actions, stream, calendar):
            running.start()
        config = uvicorn.Config(
            Gateway(clock, calendar, outbox, Facts(engine.overhear()), Feedback(clock, worker("feedback"))),
            host="127.0.0.1",
            port=port,
            log_level=logging.ERROR,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=75,  # longer than any client keeps an idle connection, so none is closed under a request
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
        try:
            Server(config, f"ready http://127.0.0.1:{port}{extra}", calendar.halt).run()
        except KeyboardInterrupt:
            pass  # Ctrl-C is how a person says "enough"
        finally:
            for running in (calendar, actions, stream):
                running.stop()
