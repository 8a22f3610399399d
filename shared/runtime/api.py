"""What every API function shares: who asks, what for and when; one answer or one refusal; and its memory.

API Gateway has matched the route already, so a function looks its handler up by the event's ``routeKey``. The
instant of a request is the gateway's, too: ``requestContext.timeEpoch`` is the only clock there is.
"""

import hashlib
import json
import re
import secrets
from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

from shared.domain.errors import (
    Busy,
    Conflict,
    InvalidPayload,
    MethodNotAllowed,
    NotFound,
    PromotionError,
    Reason,
    TooManyRequests,
    Unauthorized,
)
from shared.domain.model import Frozen
from shared.runtime import rate, settings
from shared.runtime.callers import caller_of
from shared.runtime.log import Line
from shared.storage.access_keys import AccessKey
from shared.storage.answers import AlreadyAnswered, Answer, AnswerStore
from shared.storage.table import Table, Write
from shared.storage.visits import VisitStore
from shared.wire.answers import parts
from shared.wire.body import LARGEST_IMPORT, body_of, form_of, read, rows_of

Json = dict[str, Any]
M = TypeVar("M", bound=Frozen)
Handler = Callable[..., Any]
Render = Callable[[Any], Any] | parts.InPublic

STATUS: dict[type[PromotionError], HTTPStatus] = {
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    Conflict: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    PromotionError: HTTPStatus.BAD_REQUEST,
}
LONGEST_KEY = 255
LONGEST_NAME = 200
WORDS = {"GET": "told", "POST": "made", "PUT": "changed", "DELETE": "deleted"}
"""What a request that succeeded is called in the log, unless its route has a better word."""


def status_of(error: PromotionError) -> HTTPStatus:
    """The status of the nearest ancestor that has one.

    >>> from shared.domain.errors import Duplicate
    >>> status_of(Duplicate("voucher", "MUG")).name
    'CONFLICT'
    """
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


class Request:
    """One request to one function, authorised: its project, its instant, what it says."""

    def __init__(self, event: Json, render: Render, status: HTTPStatus, *, remembered: bool = True) -> None:
        self._event = event
        self._render = render
        self._status = status
        self._remembered = remembered
        self._reply: tuple[object, Answer] | None = None
        """What the latest commit took along: an outcome and its answer. They count only if that outcome came about."""
        self.id = request_id(event)
        self.at = instant(event)
        self.rate: rate.Rate | None = None
        """What the caller has left; known once it was admitted, or was not."""
        self.refusal: str | None = None
        """The key of the refusal that the latest answer tells, as the shop would be told it."""
        self.repeated = False
        """Whether this was answered before, and is told again."""
        self._caller: AccessKey | None = None

    def admit(self) -> None:
        """Let the caller in, and count it.

        Raises:
            Unauthorized: if there is no key, or not one that opens this route; TooManyRequests: if it asked too often.
        """
        self._caller = caller_of(self._event, at=self.at)
        self.rate = self._counted(self._caller)
        self.rate.refuse_excess()
        if self._caller is None:
            raise Unauthorized

    def _counted(self, caller: AccessKey | None) -> rate.Rate:
        if caller and caller.side == "client":
            address = self._event["requestContext"]["http"]["sourceIp"]
            visits = VisitStore(settings.table(), caller.project)
            return rate.of_address(visits.count(address, salt=caller.salt, at=self.at), at=self.at)
        return rate.here.count(caller.project if caller else rate.NOBODY, at=self.at)

    @property
    def key(self) -> AccessKey:
        """The key pair in whose name this is asked.

        Raises:
            Unauthorized: if nobody has been admitted.
        """
        if self._caller is None:
            raise Unauthorized
        return self._caller

    @property
    def caller_project(self) -> str | None:
        """The caller's project, if it was known to have one."""
        return self._caller and self._caller.project

    @cached_property
    def path(self) -> dict[str, str]:
        """What the path names.

        Raises:
            InvalidPayload: for what can be the name of nothing.
        """
        named: dict[str, str] = self._event.get("pathParameters") or {}
        for parameter, value in named.items():
            if len(value) > LONGEST_NAME or not value.isprintable():
                raise InvalidPayload(f"{parameter}: must have 1 to {LONGEST_NAME} printable characters")
        return named

    @property
    def project(self) -> str:
        return self.key.project

    @cached_property
    def table(self) -> Table:
        """The table; what is committed to it carries the answer along, if the caller sent an ``Idempotency-Key``."""
        return settings.table().remembering(self._remember)

    @cached_property
    def raw(self) -> bytes:
        """The body as it was sent."""
        raw = self._event.get("body") or ""
        return b64decode(raw) if self._event.get("isBase64Encoded") else raw.encode()

    @cached_property
    def body(self) -> Any:
        return body_of(self.raw)

    @cached_property
    def rows(self) -> list[Json]:
        """The objects of a body that is an array."""
        return rows_of(self.raw)

    @property
    def content_type(self) -> str:
        said: str = self._event["headers"].get("content-type", "")
        return said

    def read(self, kind: type[M], **named: str) -> M:
        """The body as its model; ``named`` are the fields that the path has said already."""
        return read(kind, {**self.body, **named})

    def read_large(self, kind: type[M]) -> M:
        """The body as its model, where it may be as large as an import."""
        self.body = body_of(self.raw, largest=LARGEST_IMPORT)
        return read(kind, self.body)

    def form(self, kind: type[M]) -> M:
        """The body as its model, where the contract wants a form."""
        return read(kind, form_of(self.raw))

    def query(self, kind: type[M]) -> M:
        """The query string as its model."""
        return read(kind, self.query_string)

    @property
    def query_string(self) -> dict[str, str]:
        """The query string, decoded, field by field."""
        said: dict[str, str] = self._event.get("queryStringParameters") or {}
        return said

    @property
    def raw_query(self) -> str:
        """The query string as it was sent."""
        return self._event.get("rawQueryString") or ""

    def flag(self, name: str) -> bool:
        """Whether a query parameter is switched on."""
        return self.query_string.get(name, "").lower() in ("true", "1")

    @staticmethod
    def chance() -> str:
        """8 random hex digits, for a new id."""
        return secrets.token_hex(4)

    @cached_property
    def idempotency_key(self) -> str | None:
        if not self._may_be_remembered:
            return None
        key: str | None = self._event["headers"].get("idempotency-key")
        return key if key is not None and 0 < len(key) <= LONGEST_KEY and key.isprintable() else None

    def refuse_malformed_key(self) -> None:
        """Refuse an idempotency key that is none, before anything happens that it should have guarded.

        Raises:
            InvalidPayload: naming the header.
        """
        if self._may_be_remembered and "idempotency-key" in self._event["headers"] and self.idempotency_key is None:
            raise InvalidPayload(f"Idempotency-Key: must have 1 to {LONGEST_KEY} printable characters")

    @property
    def _may_be_remembered(self) -> bool:
        """An answer with a token or a person in it is kept nowhere: who repeats that request is answered anew."""
        return self._remembered and self._event["routeKey"].startswith("POST ")

    @property
    def manners(self) -> dict[str, str]:
        """Headers that an answer owes to what is in it: a token must not lie in anybody's cache (RFC 6749, 5.1)."""
        return {} if self._remembered else {"cache-control": "no-store"}

    @property
    def scope(self) -> str:
        """What an idempotency key belongs to, besides its project: the method and the path."""
        http = self._event["requestContext"]["http"]
        return f"{http['method']} {http['path']} {self.idempotency_key}"

    @cached_property
    def asked(self) -> str:
        """A fingerprint of what is asked, the same however the JSON was written."""
        try:
            said = json.dumps(self.rows if self.raw.lstrip()[:1] == b"[" else self.body, sort_keys=True).encode()
        except PromotionError:
            said = self.raw
            if boundary := re.search('boundary="?([^";]+)', self.content_type):
                said = said.replace(boundary[1].encode(), b"")  # a form's is drawn anew each time that it is sent
        return hashlib.sha256(f"{self.raw_query}\n".encode() + said).hexdigest()

    def answer(self, outcome: object) -> Answer:
        """What an outcome, or a refusal, tells the caller."""
        reason = getattr(outcome, "refusal", None)
        self.refusal = reason.key if isinstance(reason, Reason) else None
        alike = isinstance(self._render, parts.InPublic) and not (self._caller and self._caller.detailed)
        render = self._render
        if isinstance(render, parts.InPublic):
            render = render.alike if alike else render.detailed
        try:
            if isinstance(outcome, PromotionError):
                raise outcome
            said = render(outcome)
            status = HTTPStatus.ACCEPTED if isinstance(said, parts.Accepted) else self._status
        except PromotionError as refusal:
            self.refusal = refusal.key
            error = parts.in_public(refusal) if alike else refusal
            status = status_of(error)
            said = parts.error(error, status=status, request_id=self.id)
        text = "" if status is HTTPStatus.NO_CONTENT else json.dumps(said, separators=(",", ":"), ensure_ascii=False)
        return Answer(self.asked if self.idempotency_key else "", status, text)

    def answer_of(self, outcome: object) -> Answer:
        """The answer, remembered if a key asks for it; the first one again if this key has been answered before."""
        remembered = self._reply is not None and self._reply[0] is outcome
        answer = self._reply[1] if self._reply and remembered else self.answer(outcome)
        passing = isinstance(outcome, Unauthorized | TooManyRequests | Busy)  # asked again, it may well end otherwise
        if self.idempotency_key and not remembered and not passing:
            memory = AnswerStore(settings.table(), self.project)
            settings.table().commit(*memory.keep(self.scope, answer, at=self.at))
        return answer

    def stop_if_answered(self) -> None:
        """Go no further if this key was answered before: what a failed condition could not take back, as a message that
        leaves, must not wait for one.

        Raises:
            AlreadyAnswered: if it was.
        """
        memory = AnswerStore(settings.table(), self.project)
        if self.idempotency_key and memory.get(self.scope, at=self.at):
            raise AlreadyAnswered

    def first_answer(self) -> Answer:
        """What the first request of this key was told.

        Raises:
            Conflict: if it asked for something else; Busy: if its memory ended just now.
        """
        answer = AnswerStore(settings.table(), self.project).get(self.scope, at=self.at)
        if answer is None:
            raise Busy
        self.repeated, self.refusal = answer.asked == self.asked, None
        if answer.asked != self.asked:
            raise Conflict(
                "idempotency_key_conflict",
                "Idempotency key conflict",
                details="Idempotency-Key: was used with another request",
            )
        return answer

    def _remember(self, outcome: object) -> Sequence[Write]:
        if outcome is None or self.idempotency_key is None:
            return ()
        answer = self.answer(outcome)
        self._reply = (outcome, answer)
        return AnswerStore(settings.table(), self.project).keep(self.scope, answer, at=self.at)


class Api:
    """The routes of one function; ``outcome`` is the word for one that succeeded, in the log."""

    def __init__(self) -> None:
        self.routes: dict[str, tuple[Handler, Render, HTTPStatus]] = {}
        self.outcomes: dict[str, str] = {}
        self.forgotten: set[str] = set()
        """The routes whose answers are kept nowhere."""

    def get(self, path: str, *, answer: Render, outcome: str = "") -> Callable[[Handler], Handler]:
        return self._route("GET", path, answer, outcome)

    def post(
        self,
        path: str,
        *,
        answer: Render,
        status: HTTPStatus = HTTPStatus.OK,
        outcome: str = "",
        remembered: bool = True,
    ) -> Callable[[Handler], Handler]:
        """A POST; one that is not ``remembered`` has an answer that is kept nowhere, whatever key it is sent with."""
        if not remembered:
            self.forgotten.add(f"POST {path}")
        return self._route("POST", path, answer, outcome, status)

    def put(self, path: str, *, answer: Render, outcome: str = "") -> Callable[[Handler], Handler]:
        return self._route("PUT", path, answer, outcome)

    def delete(
        self, path: str, *, answer: Render = str, status: HTTPStatus = HTTPStatus.NO_CONTENT, outcome: str = ""
    ) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, answer, outcome, status)

    def _route(
        self, method: str, path: str, answer: Render, outcome: str, status: HTTPStatus = HTTPStatus.OK
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[f"{method} {path}"] = (handler, answer, status)
            self.outcomes[f"{method} {path}"] = outcome or WORDS[method]
            return handler

        return register

    def __call__(self, event: Json, _context: object) -> Json:
        """Answer one API Gateway event (payload format 2.0)."""
        route = event["routeKey"]
        handler, render, status = self.routes[route]
        request = Request(event, render, status, remembered=route not in self.forgotten)
        line = Line(route, request.id)
        try:
            answer = _answer(handler, request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller is told, and the log says where
            answer = Answer("", HTTPStatus.INTERNAL_SERVER_ERROR, json.dumps(_internal_error(request.id)))
            line.write_failure(error, project=request.caller_project)
        else:
            word = "repeated" if request.repeated else self.outcomes[route]
            line.write(word, answer.status, key=request.refusal, project=request.caller_project)
        left = request.rate or rate.here.count(rate.NOBODY, at=request.at)
        return response(answer, left.headers() | request.manners)


def _answer(handler: Handler, request: Request) -> Answer:
    try:
        try:
            request.admit()  # nobody without a key learns anything
            request.refuse_malformed_key()
            outcome = handler(request, **request.path)
        except PromotionError as error:
            outcome = error
        return request.answer_of(outcome)
    except AlreadyAnswered:
        try:
            return request.first_answer()
        except PromotionError as error:
            return request.answer(error)
    except PromotionError as error:
        return request.answer(error)


def request_id(event: Json) -> str:
    """What the caller may quote to whoever reads the log."""
    return f"v-{event['requestContext']['requestId'].replace('-', '')[:24]}"


def instant(event: Json) -> datetime:
    """When the gateway took the request in."""
    return datetime.fromtimestamp(event["requestContext"]["timeEpoch"] / 1000, UTC)


def response(answer: Answer, more: dict[str, str] | None = None) -> Json:
    """An answer as API Gateway takes it."""
    headers = {"content-type": "application/json; charset=utf-8"} if answer.body else {}
    headers |= more or {}
    return {"statusCode": int(answer.status), "headers": headers, "body": answer.body, "isBase64Encoded": False}


def _internal_error(request_id: str) -> Json:
    return {
        "code": 500,
        "key": "internal_error",
        "message": "Internal error",
        "details": "Something went wrong here; the request may be repeated with the same Idempotency-Key",
        "request_id": request_id,
    }
