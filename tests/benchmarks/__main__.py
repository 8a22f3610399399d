"""``make bench``: what a checkout costs, as ratios within one run. Machines differ and are noisy; trust the ratios.

cold start   CPU of importing a function with its client, against a bare boto3 client
floor        CPU of one redemption through its handler, against a bare loop of the same DynamoDB calls by boto3
codes        codes drawn a second; 100,000 persisted by the async action; a checkout's CPU with as many in its campaign
             against one with ten
load         validate + redeem pairs a second over HTTP at 1, 8 and 32 clients, with the CPU that each pair took,
             the service's and the engine's apart (the clients, on the same two cores, take theirs beside)
lists        round trips of a page of vouchers, at ten entries, at ten thousand, and beyond, where a counter counts
rules        CPU of judging a typical validation rule, against the predicate that one would write by hand
occasions    runs of schedules computed a second, in 40 zones, against converting their wall times alone
crowd        CPU of a validation where there are 10,000 rules, against one; of a qualification among 1,000 offers
hot          one code that 32 clients redeem at once, on shards, against a code each, and the share of each shard
calendar     entries that a run reads for each who is due, among 10,000 customers and among a million (a million take
             minutes to lay down: ``CUSTOMERS=10000`` for fewer); occasions computed a second; the clock moved by a year
withdrawals  from the answer of a redemption, or of a word to an offer, to the ledger that says its waiting message is
             dropped; what is read for it, of histories up to 1,000 messages
post         messages a second through the gate to each channel's sink, with CPU and calls of each; as histories grow
memory       the most that a function's process held, after one request and after a thousand, of as many campaigns too
"""

import argparse
import subprocess
import sys
from collections.abc import Callable

from rich.console import Console, RenderableType

from tests.benchmarks import (
    calendar,
    codes,
    cold_start,
    crowd,
    floor,
    hot,
    lists,
    load,
    memory,
    occasions,
    post,
    rules,
    withdrawals,
)

MEASURED: dict[str, Callable[[], RenderableType]] = {
    "cold-start": cold_start.measure,
    "floor": floor.measure,
    "codes": codes.measure,
    "lists": lists.measure,
    "rules": rules.measure,
    "occasions": occasions.measure,
    "crowd": crowd.measure,
    "hot": hot.measure,
    "calendar": calendar.measure,
    "withdrawals": withdrawals.measure,
    "post": post.measure,
    "memory": memory.measure,
    "load": load.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", choices=[*MEASURED, []], help="just these")
    wanted = parser.parse_args().only or list(MEASURED)
    if len(wanted) == 1:
        Console(width=100).print(MEASURED[wanted[0]]())
        return
    for name in wanted:  # each in a process of its own, with an engine and clients that no other has warmed
        subprocess.run([sys.executable, "-m", "tests.benchmarks", name], check=True)


main()
