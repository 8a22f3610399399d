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

from aws_lambda_powertools import Logger

from shared.domain.errors import (
    Busy,
    Conflict,
    InvalidPayload,
    MethodNotAllowed,
    NotFound,
    PromotionError,
    Unauthorized,
)
from shared.domain.model import Frozen
from shared.runtime import settings
from shared.storage.access_keys import AccessKey, AccessKeyStore
from shared.storage.answers import AlreadyAnswered, Answer, AnswerStore
from shared.storage.table import Table, Write
from shared.wire.answers import parts
from shared.wire.body import body_of, read, rows_of

Json = dict[str, Any]
M = TypeVar("M", bound=Frozen)
Handler = Callable[..., Any]
Render = Callable[[Any], Any]

logger = Logger()

STATUS: dict[type[PromotionError], HTTPStatus] = {
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    Conflict: HTTPStatus.CONFLICT,
    PromotionError: HTTPStatus.BAD_REQUEST,
}
LONGEST_KEY = 255
LONGEST_NAME = 200


def status_of(error: PromotionError) -> HTTPStatus:
    """The status of the nearest ancestor that has one.

    >>> from shared.domain.errors import Duplicate
    >>> status_of(Duplicate("voucher", "MUG")).name
    'CONFLICT'
    """
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


class Request:
    """One request to one function, authorised: its project, its instant, what it says."""

    def __init__(self, event: Json, render: Render, status: HTTPStatus) -> None:
        self._event = event
        self._render = render
        self._status = status
        self._reply: tuple[object, Answer] | None = None
        """What the latest commit took along: an outcome and its answer. They count only if that outcome came about."""
        context = event["requestContext"]
        self.id = f"v-{context['requestId'].replace('-', '')[:24]}"
        self.at = datetime.fromtimestamp(context["timeEpoch"] / 1000, UTC)

    @cached_property
    def key(self) -> AccessKey:
        """The key pair that asks.

        Raises:
            Unauthorized: if there is none, or it is not a server's.
        """
        headers = self._event["headers"]
        app_id, token = headers.get("x-app-id"), headers.get("x-app-token")
        known = app_id and token and len(app_id) <= LONGEST_NAME
        key = AccessKeyStore(settings.table()).find(app_id, token) if known else None
        if key is None or key.side != "server":
            raise Unauthorized
        return key

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

    def query(self, kind: type[M]) -> M:
        """The query string as its model."""
        return read(kind, self._event.get("queryStringParameters") or {})

    def flag(self, name: str) -> bool:
        """Whether a query parameter is switched on."""
        return (self._event.get("queryStringParameters") or {}).get(name, "").lower() in ("true", "1")

    @staticmethod
    def chance() -> str:
        """8 random hex digits, for a new id."""
        return secrets.token_hex(4)

    @cached_property
    def idempotency_key(self) -> str | None:
        if self._event["requestContext"]["http"]["method"] != "POST":
            return None
        key: str | None = self._event["headers"].get("idempotency-key")
        return key if key is not None and 0 < len(key) <= LONGEST_KEY and key.isprintable() else None

    def refuse_malformed_key(self) -> None:
        """Refuse an idempotency key that is none, before anything happens that it should have guarded.

        Raises:
            InvalidPayload: naming the header.
        """
        post = self._event["requestContext"]["http"]["method"] == "POST"
        if post and "idempotency-key" in self._event["headers"] and self.idempotency_key is None:
            raise InvalidPayload(f"Idempotency-Key: must have 1 to {LONGEST_KEY} printable characters")

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
        query = self._event.get("rawQueryString") or ""
        return hashlib.sha256(f"{query}\n".encode() + said).hexdigest()

    def answer(self, outcome: object) -> Answer:
        """What an outcome, or a refusal, tells the caller."""
        try:
            if isinstance(outcome, PromotionError):
                raise outcome
            said = self._render(outcome)
            status = HTTPStatus.ACCEPTED if isinstance(said, parts.Accepted) else self._status
        except PromotionError as error:
            status = status_of(error)
            said = parts.error(error, status=status, request_id=self.id)
        text = "" if status is HTTPStatus.NO_CONTENT else json.dumps(said, separators=(",", ":"), ensure_ascii=False)
        return Answer(self.asked if self.idempotency_key else "", status, text)

    def answer_of(self, outcome: object) -> Answer:
        """The answer, remembered if a key asks for it; the first one again if this key has been answered before."""
        remembered = self._reply is not None and self._reply[0] is outcome
        answer = self._reply[1] if self._reply and remembered else self.answer(outcome)
        passing = isinstance(outcome, Unauthorized | Busy)  # asked again, it may well end otherwise
        if self.idempotency_key and not remembered and not passing:
            memory = AnswerStore(settings.table(), self.project)
            settings.table().commit(*memory.keep(self.scope, answer, at=self.at))
        return answer

    def first_answer(self) -> Answer:
        """What the first request of this key was told.

        Raises:
            Conflict: if it asked for something else; Busy: if its memory ended just now.
        """
        answer = AnswerStore(settings.table(), self.project).get(self.scope, at=self.at)
        if answer is None:
            raise Busy
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
    """The routes of one function."""

    def __init__(self) -> None:
        self.routes: dict[str, tuple[Handler, Render, HTTPStatus]] = {}

    def get(self, path: str, *, answer: Render) -> Callable[[Handler], Handler]:
        return self._route("GET", path, answer)

    def post(self, path: str, *, answer: Render, status: HTTPStatus = HTTPStatus.OK) -> Callable[[Handler], Handler]:
        return self._route("POST", path, answer, status)

    def put(self, path: str, *, answer: Render) -> Callable[[Handler], Handler]:
        return self._route("PUT", path, answer)

    def delete(
        self, path: str, *, answer: Render = str, status: HTTPStatus = HTTPStatus.NO_CONTENT
    ) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, answer, status)

    def _route(
        self, method: str, path: str, answer: Render, status: HTTPStatus = HTTPStatus.OK
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[f"{method} {path}"] = (handler, answer, status)
            return handler

        return register

    def __call__(self, event: Json, _context: object) -> Json:
        """Answer one API Gateway event (payload format 2.0)."""
        route = event["routeKey"]
        handler, render, status = self.routes[route]
        request = Request(event, render, status)
        try:
            answer = _answer(handler, request)
        except Exception:
            logger.exception("failed", extra={"route": route, "request_id": request.id})
            answer = Answer("", HTTPStatus.INTERNAL_SERVER_ERROR, json.dumps(_internal_error(request.id)))
        else:
            logger.info("answered", extra={"route": route, "status": int(answer.status), "request_id": request.id})
        return response(answer)


def _answer(handler: Handler, request: Request) -> Answer:
    try:
        try:
            request.key  # noqa: B018 - nobody without a key learns anything
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


def response(answer: Answer) -> Json:
    """An answer as API Gateway takes it."""
    headers = {"content-type": "application/json; charset=utf-8"} if answer.body else {}
    return {"statusCode": int(answer.status), "headers": headers, "body": answer.body, "isBase64Encoded": False}


def _internal_error(request_id: str) -> Json:
    return {
        "code": 500,
        "key": "internal_error",
        "message": "Internal error",
        "details": "Something went wrong here; the request may be repeated with the same Idempotency-Key",
        "request_id": request_id,
    }
