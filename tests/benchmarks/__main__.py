"""``make bench``: what a checkout costs, as ratios within one run. Machines differ and are noisy; trust the ratios.

cold start   CPU of importing a function with its client, against a bare boto3 client
floor        CPU of one redemption through its handler, against a bare loop of the same DynamoDB calls by boto3
load         validate + redeem pairs a second over HTTP at 1, 8 and 32 clients, with the CPU that each pair took,
             the service's and the engine's apart (the clients, on the same two cores, take theirs beside)
lists        round trips of a page of vouchers, at ten entries, at ten thousand, and beyond, where a counter counts
"""

import argparse

from rich.console import Console

from tests.benchmarks import cold_start, floor, lists, load

BENCHMARKS = {
    "cold-start": cold_start.measure,
    "floor": floor.measure,
    "load": load.measure,
    "lists": lists.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", choices=[*BENCHMARKS, []], help="just these")
    wanted = parser.parse_args().only or list(BENCHMARKS)
    console = Console(width=100)
    for name, measure in BENCHMARKS.items():
        if name in wanted:
            console.print(measure())


main()
