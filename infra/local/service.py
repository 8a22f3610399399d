"""A `bonbon serve` of one's own: started, awaited, and stopped the way an operator stops it.

with running() as service:
    httpx.get(f"{service.url}/v1/campaigns", headers=SANDBOX)
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import IO

SANDBOX = {"X-App-Id": "sandbox", "X-App-Token": "sandbox-secret"}
"""The keys of the local sandbox project, as headers. They open nothing but a service on this machine."""

STARTS_WITHIN = 30.0
STOPS_WITHIN = 10.0


BONBON = str(Path(sys.executable).with_name("bonbon"))


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers at `url`; its child process, and the file that its log lines go to."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running(
    port: int | None = None, data: Path | str | None = None, *, program: Sequence[str] = (BONBON,)
) -> Iterator[Service]:
    """Serve on `port` (or a free one) from `data` (or a new directory, removed afterwards) while the block runs.

    Ready when the block is entered; gone, with its data on disk, when it is left. Raises ``RuntimeError`` with the
    end of the log when the service does not become ready, or does not stop within `STOPS_WITHIN` seconds.
    """
    with tempfile.TemporaryDirectory(prefix="bonbon-") as scratch, Path(scratch, "serve.log").open("wb") as log:
        command = [
            *program,
            *("serve", "--port", str(port or free_port())),
            *("--data", str(data or Path(scratch, "data"))),
        ]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        path = Path(log.name)
        try:
            yield Service(_address(process, path), process, path)
        finally:
            _stop(process, path)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the line `ready http://…`; from then on what the service prints goes to its log."""
    stdout = process.stdout
    assert stdout
    overdue = Timer(STARTS_WITHIN, process.kill)
    overdue.start()
    try:
        for line in stdout:
            word, _, url = line.decode().strip().partition(" ")
            if word == "ready":
                # Somebody must go on reading, or a talkative service stops when the pipe is full.
                Thread(target=_drain, args=(stdout, log), daemon=True).start()
                return url
    finally:
        overdue.cancel()
    stdout.close()
    raise RuntimeError(f"the service did not start\n{_end_of(log)}")


def _drain(stdout: IO[bytes], log: Path) -> None:
    with stdout, log.open("ab", buffering=0) as file:
        for line in stdout:
            file.write(line)


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError(f"the service did not stop within {STOPS_WITHIN:g} s\n{_end_of(log)}") from None


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
