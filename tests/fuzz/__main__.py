"""`make fuzz`: fifty thousand requests of every kind; prints the seed, and ends with 1 if a law was broken.

`python -m tests.fuzz --seed S` runs the same again; `--again LINE` sends one request of an earlier run alone.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from secrets import token_hex

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.service import running
from tests.fuzz.asks import Ask, Caller
from tests.fuzz.morning import live_through
from tests.fuzz.quiet import quietly
from tests.fuzz.run import Report, asked, fuzz, log_of


def main() -> int:
    parser = argparse.ArgumentParser(description="Ask a service of one's own whatever comes to mind.")
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", default=token_hex(3), help="of an earlier run, to run it again")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--again", metavar="LINE", help="send this one request of an earlier run, and tell the answer")
    arguments = parser.parse_args()
    with running() as service:
        if arguments.again:
            with closing(Caller(service.url)) as caller:
                answer, law = asked(caller, Ask.read(arguments.again))
            sys.stdout.write(f"{answer}\n{law or 'no law broken'}\n{log_of(service, answer)}\n")
            return 1 if law else 0
        sys.stderr.write(f"seed {arguments.seed}\n")
        report = Report(arguments.seed)
        quiet = arguments.requests // 25
        live_through(service)
        with progress(arguments.requests) as advance:
            quietly(service, quiet, report, advance=advance)
            fuzz(service, arguments.requests - quiet, report, advance=advance, clients=arguments.clients)
    sys.stdout.write(f"{report}\n")
    return 1 if report.failures else 0


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, so that standard output is the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("asking", total=total)
        yield lambda: bar.update(task, advance=1)


if __name__ == "__main__":
    sys.exit(main())
