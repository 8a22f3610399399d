"""The engine, with what it leaves out of the mails that it relays to ``SMTP_HOST``: their own headers, whom to answer.

What is mended here is private to it: its version is pinned, and nothing else knows of it.
"""

import json
from contextvars import ContextVar
from email import message_from_string
from typing import Any

from ministack.app import main as engine
from ministack.services import ses_v2

SENT = "/v2/email/outbound-emails"


def main() -> None:
    """Run the engine until it is stopped."""
    asked: ContextVar[dict[str, Any]] = ContextVar("asked")
    handle, build = ses_v2.handle_request, ses_v2._build_mime_message  # noqa: SLF001

    async def hear(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked.set(json.loads(body) if path == SENT and method == "POST" else {})
        return await handle(method, path, headers, body, query)

    def complete(*said: Any) -> str:
        mail = message_from_string(build(*said))
        for header in asked.get().get("Content", {}).get("Simple", {}).get("Headers", ()):
            mail[header["Name"]] = header["Value"]
        if addresses := asked.get().get("ReplyToAddresses"):
            mail["Reply-To"] = ", ".join(addresses)
        return mail.as_string()

    ses_v2.handle_request, ses_v2._build_mime_message = hear, complete  # noqa: SLF001
    engine()


if __name__ == "__main__":
    main()
