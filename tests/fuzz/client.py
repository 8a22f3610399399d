"""One fuzzing client: what it asks next follows from its seed and from what it was told so far."""

import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from shared.runtime.routes import ROUTES, Route
from tests.fuzz import plausible, spoiled
from tests.fuzz.asks import Answer, Ask
from tests.fuzz.known import Known

WEIGHTS = {
    "/v1/validations": 5.0,
    "/v1/redemptions": 5.0,
    "/v1/vouchers": 2.0,
    "/v1/publications": 3.0,
    "/v1/validation-rules": 1.5,
    "/v1/validation-rules/{validation_rule_id}/assignments": 1.5,
}
"""How much oftener than others these are posted to; without codes in play there is little to find out."""

STOCK = {*WEIGHTS, "/v1/campaigns", "/v1/message-templates", "/v1/schedules"}
"""What is posted first, and nothing is asked about before."""


class Client:
    """A stream of requests, seven in twenty as they could be meant, the rest spoiled in one place or another."""

    def __init__(self, seed: str) -> None:
        self.known = Known()
        self.random = Random(seed)
        self.make = plausible.Maker(self.random, self.known, f"F{seed}")
        self._weights = [_weight(it) for it in ROUTES]

    def stream(self) -> Iterator[Ask]:
        """Requests without end, each made when it is wanted: it names what was learned by then."""
        yield from self._stock()
        while True:
            yield self._next()

    def _stock(self) -> Iterator[Ask]:
        """A few things of each kind, as they should be, so that there is something to ask about."""
        yield Ask("GET", "/v1/deliveries", spoiled.SERVER, route="GET /v1/deliveries")
        meant = [it for it in ROUTES if it.method == "POST" and it.path in STOCK]
        for route in sorted(meant, key=lambda it: it.path):
            yield from (self._meant(route) for _ in range(3))

    def _next(self) -> Ask:
        """Something to ask."""
        random = self.random
        if random.random() < 0.03:
            return spoiled.wanderer(self.make)
        route = random.choices(ROUTES, self._weights)[0]
        ask = self._meant(route)
        if random.random() < 0.35:
            return ask
        spoil = random.choices((self._body, self._target, self._headers, self._verb, self._file), (10, 5, 3, 0.5, 0.7))
        return spoil[0](ask, route)

    def learn(self, answer: Answer) -> None:
        """Remember what there is to know in an answer."""
        if answer.status < 500 and answer.body and len(answer.body) < 200_000:
            with suppress(ValueError):  # the laws have noticed
                self.known.learn(json.loads(answer.body))

    def _meant(self, route: Route) -> Ask:
        named = f"{route.method} {route.path}"
        target = self.make.path(route.path, make=route.method == "POST")
        query = self.make.query(named) if route.method == "GET" or self.make.likely(0.15) else []
        if query:
            target += f"?{urlencode(query, safe='[]$' if self.make.likely(0.5) else '')}"
        headers = spoiled.CLIENT if route.path.startswith("/client/") else spoiled.SERVER
        body = self._said(route, named)
        if route.method == "POST" and self.make.likely(0.15):
            key = self.make.new() if self.make.likely(0.8) else self.make.named("session")
            # What is known may be no header; a key that is none is the headers' business.
            headers += (("Idempotency-Key", quote(key)),)
        return Ask(route.method, target, (*headers, *body[0]), body[1], named)

    def _said(self, route: Route, named: str) -> tuple[tuple[tuple[str, str], ...], bytes]:
        if route.method not in {"POST", "PUT"}:
            return (), b""
        if "oauth" in route.path:
            return spoiled.form(self.make)
        if route.path.endswith("CSV"):
            return spoiled.multipart(self.make)
        said = plausible.body(self.make, named)
        return (("Content-Type", "application/json"),), b"" if said is None else json.dumps(said).encode()

    def _body(self, ask: Ask, _: Route) -> Ask:
        try:
            said: Any = json.loads(ask.body or b"{}")
        except ValueError:
            return ask._replace(body=self.random.choice(spoiled.NO_BODIES)(self.random))
        return ask._replace(body=spoiled.body(self.make, said))

    def _target(self, ask: Ask, route: Route) -> Ask:
        path, _, query = ask.target.partition("?")
        if "{" in route.path and self.make.likely(0.6):
            other = self.known.any_one(self.random)
            if other and self.make.likely(0.3):
                at = self.random.choice([n for n, part in enumerate(route.path.split("/")) if part.startswith("{")])
                parts = path.split("/")
                parts[at] = quote(other, safe="")
                return ask._replace(target="/".join(parts))
            # Another segment may make another route of it, so no model is held against the answer.
            return ask._replace(target=spoiled.segment(self.make, path), route="")
        odd = spoiled.query(self.make)
        return ask._replace(target=f"{path}?{query}&{odd}" if query else f"{path}?{odd}")

    def _headers(self, ask: Ask, route: Route) -> Ask:
        if self.make.likely(0.3) or route.path.startswith("/client/"):
            body = tuple(it for it in ask.headers if it[0] == "Content-Type")
            return ask._replace(headers=(*self.random.choice(spoiled.STRANGERS), *body))
        odd = self.random.choice(spoiled.HEADERS)
        kept = tuple(it for it in ask.headers if it[0] != odd[0][0])
        return ask._replace(headers=(*kept, *odd))

    def _verb(self, ask: Ask, _: Route) -> Ask:
        return ask._replace(method=self.random.choice(spoiled.VERBS), route="")

    def _file(self, ask: Ask, _: Route) -> Ask:
        fields, said = self.random.choice((spoiled.multipart, spoiled.form))(self.make)
        kept = tuple(it for it in ask.headers if it[0] != "Content-Type")
        return ask._replace(headers=(*kept, *fields), body=said)


def _weight(route: Route) -> float:
    if route.method == "POST":
        return WEIGHTS.get(route.path, 1.0)
    lists = route.method == "GET" and "{" not in route.path  # each costs as much as ten others
    return 0.25 if lists or route.method == "DELETE" else 1.0
