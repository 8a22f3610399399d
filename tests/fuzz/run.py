"""The fuzz: many clients at once ask a service whatever comes to their mind, and each answer is held to the laws."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from threading import Lock

from infra.local.service import Service
from shared.runtime.routes import ROUTES
from tests.fuzz import laws, spoiled
from tests.fuzz.asks import Answer, Ask, Caller
from tests.fuzz.client import Client

CLIENTS = 4
ENOUGH = 40
"""Different failures after which a run ends: by then there is something to mend."""
LONGEST_SHRINKING = 150


@dataclass(frozen=True)
class Failure:
    """A law broken, and the request that showed it."""

    law: str
    ask: Ask
    of: str
    """Which client of which seed, and the how-manieth of its requests."""
    log: str = ""

    @property
    def sort(self) -> str:
        return f"{self.ask.route or self.ask.method} {self.law[:60]}"

    def __str__(self) -> str:
        where = f"{self.ask.method} {self.ask.target[:200]}"
        return f"{where} {self.law}\n    {self.of}; again: python -m tests.fuzz --again '{self._quoted}'\n{self.log}"

    @property
    def _quoted(self) -> str:
        return self.ask.written().replace("'", "'\\''")


@dataclass
class Report:
    """What came out."""

    seed: str
    failures: dict[str, Failure] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    """Successes by route: a fuzz that is only ever refused finds nothing."""
    _lock: Lock = field(default_factory=Lock)

    def note(self, ask: Ask, answer: Answer | None, failure: Failure | None) -> bool:
        """Whether the failure, if there is one, is the first of its sort."""
        with self._lock:
            if answer:
                self.statuses[answer.status] += 1
                if answer.status < 300:
                    self.taken[ask.route] += 1
            if failure is None or failure.sort in self.failures:
                return False
            self.failures[failure.sort] = failure
            return True

    @property
    def done(self) -> bool:
        return len(self.failures) >= ENOUGH

    def __str__(self) -> str:
        statuses = " ".join(f"{status}×{count}" for status, count in sorted(self.statuses.items()))
        failures = "\n\n".join(str(failure) for failure in self.failures.values())
        end = f"{len(self.failures)} laws broken\n\n{failures}" if self.failures else "no law broken"
        untaken = ", ".join(self.untaken)
        never = f"never taken: {untaken}\n" if untaken else ""
        return f"{never}seed {self.seed}: {self.statuses.total()} requests ({statuses}): {end}"

    @property
    def untaken(self) -> list[str]:
        """Routes that have not once said yes."""
        return [route for it in ROUTES if not self.taken[route := f"{it.method} {it.path}"]]


def fuzz(
    service: Service,
    requests: int,
    report: Report,
    *,
    advance: Callable[[], None] = lambda: None,
    clients: int = CLIENTS,
) -> None:
    """So many requests into the report, by a few clients at once; each has its own seed and its own things."""
    with ThreadPoolExecutor(clients) as pool:
        shares = [requests // clients + (number < requests % clients) for number in range(clients)]
        running = [
            pool.submit(_client, service, f"{report.seed}.{number}", share, report, advance)
            for number, share in enumerate(shares)
        ]
        for client in running:
            client.result()


def _client(service: Service, seed: str, requests: int, report: Report, advance: Callable[[], None]) -> None:
    client = Client(seed)
    with closing(Caller(service.url)) as caller:
        for number, ask in enumerate(islice(client.stream(), requests)):
            if report.done:
                return
            answer, law = asked(caller, ask)
            if answer and client.random.random() < 0.2:
                law = law or repeated(caller, ask, answer)
            if answer:
                client.learn(answer)
            failure = Failure(law, ask, f"seed {seed}, request {number}", log_of(service, answer)) if law else None
            if report.note(ask, answer, failure) and failure:
                smaller = shrunk(caller, failure)
                report.failures[failure.sort] = smaller
            advance()


def asked(caller: Caller, ask: Ask) -> tuple[Answer | None, str | None]:
    """The answer, and the law that it breaks."""
    try:
        answer = caller.send(ask)
    except (HTTPException, OSError) as error:
        caller.close()
        return None, f"is not answered: {type(error).__name__} {error}"
    return answer, laws.broken(ask, answer)


def repeated(caller: Caller, ask: Ask, first: Answer) -> str | None:
    """The law that a repetition breaks, if the request has a key of its own."""
    keys = [value for name, value in ask.headers if name == "Idempotency-Key"]
    forgotten = ask.route in _kept_nowhere()
    if ask.method != "POST" or not ask.route or forgotten or len(keys) != 1 or not keys[0].startswith("F"):
        return None
    second, _ = asked(caller, ask)
    return laws.unlike(first, second) if second else "is not answered again"


@cache
def _kept_nowhere() -> frozenset[str]:
    """The routes whose answers have a token or a person in them, and are made anew for a repetition."""
    functions = {it.function for it in ROUTES if it.method == "POST" and not it.path.startswith("/u/")}
    return frozenset(chain.from_iterable(import_module(f"functions.{it}").api.forgotten for it in functions))


def shrunk(caller: Caller, failure: Failure) -> Failure:
    """The same failure by a smaller request: without whatever it does not need."""
    ask, tries = failure.ask, 0

    def fails(smaller: Ask) -> bool:
        nonlocal tries
        tries += 1
        _, law = asked(caller, smaller)
        return law is not None and law[:25] == failure.law[:25]

    while tries < LONGEST_SHRINKING:
        smaller = next((it for it in _smaller(ask) if tries < LONGEST_SHRINKING and fails(it)), None)
        if smaller is None:
            break
        ask = smaller
    return Failure(failure.law, ask, failure.of, failure.log)


def _smaller(ask: Ask) -> Iterator[Ask]:
    path, _, query = ask.target.partition("?")
    if query:
        fields = query.split("&")
        yield ask._replace(target=path)
        for index in range(len(fields) if len(fields) > 1 else 0):
            yield ask._replace(target=f"{path}?{'&'.join(fields[:index] + fields[index + 1 :])}")
    for index, (name, _) in enumerate(ask.headers):
        if not name.startswith("X-"):
            yield ask._replace(headers=ask.headers[:index] + ask.headers[index + 1 :])
    try:
        said = json.loads(ask.body)
    except ValueError:
        if ask.body:
            yield ask._replace(body=b"")
        return
    for place in spoiled.paths(said):
        if place:
            without = spoiled.without(said, place)
            yield ask._replace(body=json.dumps(without).encode("utf-8", "surrogatepass"))


def log_of(service: Service, answer: Answer | None) -> str:
    """What the service's log says of a request that it failed."""
    if answer is None or answer.status < 500:
        return ""
    try:
        request_id = json.loads(answer.body)["request_id"]
    except (ValueError, KeyError):
        return ""
    return _traceback(service.log, request_id)


def _traceback(log: Path, request_id: str) -> str:
    for line in log.read_text(errors="replace").splitlines():
        if request_id in line:
            try:
                told = json.loads(line)
                return f"    {told['error']} {told.get('service_error', '')} at {' > '.join(told['trace'][-4:])}"
            except (ValueError, KeyError):
                return line[-600:]
    return ""
