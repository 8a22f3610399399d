"""AWS's own runtime client around our handlers: each function a child process that asks a Runtime API for its work.

The protocol is AWS's: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

VERSION = "/2018-06-01/runtime"
PATIENCE = 30
"""Seconds after which an answer is missed."""


class Invocation(NamedTuple):
    """One event on its way, and the promise of what comes back."""

    id: str
    event: bytes
    seconds: int
    """How long the function may take; what its context counts down from."""
    ends: Future[Any]


class Failed(Exception):
    """The handler raised; what the runtime client tells AWS of it."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told.get("errorMessage"))
        self.type: str = told["errorType"]


class RuntimeApi(ThreadingHTTPServer):
    """What a function's process asks for events, and tells what came of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.waiting: Queue[Invocation] = Queue()
        self.under_way: dict[str, Future[Any]] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def invoke(self, event: Any, seconds: int) -> Any:
        """What the handler returns for an event.

        Raises:
            Failed: if it raises.
        """
        invocation = Invocation(str(uuid.uuid4()), json.dumps(event).encode(), seconds, Future())
        self.under_way[invocation.id] = invocation.ends
        self.waiting.put(invocation)
        return invocation.ends.result(PATIENCE)


class Exchange(BaseHTTPRequestHandler):
    """The four paths of the Runtime API."""

    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert self.path == f"{VERSION}/invocation/next"
        invocation = self.server.waiting.get()
        self._answer(
            200,
            invocation.event,
            **{
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.seconds) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:bonbon",
                "Lambda-Runtime-Trace-Id": "Root=1-0-0;Sampled=0",
                "Content-Type": "application/json",
            },
        )

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = re.fullmatch(rf"{VERSION}/(?:invocation/(?P<id>[^/]+)|init)/(?P<what>response|error)", self.path)
        assert found
        ending = [self.server.under_way.pop(found["id"])] if found["id"] else list(self.server.under_way.values())
        for ends in ending:
            if found["what"] == "response":
                ends.set_result(said)
            else:
                ends.set_exception(Failed(said))
        self._answer(202, b'{"status":"OK"}')

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what a function prints is its log, not ours."""


@dataclass
class Lambdas:
    """Every function by name; its process starts with its first event, as in the cloud."""

    environment: Mapping[str, str]
    logs: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _apis: dict[str, RuntimeApi] = field(default_factory=dict)

    def invoke(self, function: str, event: Any, *, seconds: int = 20) -> Any:
        """What ``functions/{function}.py`` returns for an event."""
        if function not in self._apis:
            self._apis[function] = self._stack.enter_context(_running(function, self.environment, self.logs))
        return self._apis[function].invoke(event, seconds)

    def log(self) -> list[dict[str, Any]]:
        """Every line that any function has written."""
        lines = [line for file in sorted(self.logs.glob("*.log")) for line in file.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self._stack.close()


@contextmanager
def _running(function: str, environment: Mapping[str, str], logs: Path) -> Iterator[RuntimeApi]:
    with RuntimeApi() as api, (logs / f"{function}.log").open("wb") as log:
        Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", f"functions.{function}.handler"],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                **environment,
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "AWS_LAMBDA_FUNCTION_NAME": f"bonbon-{function}",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
                "AWS_LAMBDA_LOG_FORMAT": "JSON",
                "POWERTOOLS_SERVICE_NAME": function,
            },
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield api
        finally:
            process.kill()  # it waits for its next event and nothing else
            process.wait()
            api.shutdown()
