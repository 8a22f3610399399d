"""A page of the shop, open in somebody's browser: it asks with the client's key, from an address of its own."""

from itertools import count
from typing import Any, Self

import httpx

from tests.builders import CLIENT, checkout

LOCAL = "http://localhost:3000"
ADDRESSES = count(1)


def address() -> str:
    """An address of this machine from which no other test asks."""
    number = next(ADDRESSES)
    return f"127.77.{number // 250}.{number % 250 + 1}"


class Page:
    """One visitor. ``origin`` is the site that the page is of."""

    def __init__(self, url: str, *, origin: str | None = LOCAL, keys: dict[str, str] = CLIENT, at: str = "") -> None:
        self.address = at or address()
        headers = keys | ({} if origin is None else {"Origin": origin})
        transport = httpx.HTTPTransport(local_address=self.address, verify=False)  # nothing here speaks TLS
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, what: str, *codes: str, key: str | None = None, **fields: Any) -> httpx.Response:
        """``validations`` or ``redemptions`` of these codes."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post(f"/client/v1/{what}", json=checkout(*codes, **fields), headers=headers)

    def validate(self, *codes: str, **fields: Any) -> dict[str, Any]:
        answer = self.ask("validations", *codes, **fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def redeem(self, *codes: str, **fields: Any) -> httpx.Response:
        return self.ask("redemptions", *codes, **fields)
