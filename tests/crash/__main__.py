"""`make crash`: two hundred kills, at labelled points and at random instants, of one server and of two."""

import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.crash.kills import Kills
from tests.crash.server import POINTS
from tests.upstream import Upstream

KILLS = 200


def main(kills: int, seed: int) -> bool:
    chance, began = Random(seed), time.monotonic()  # noqa: S311
    with TemporaryDirectory() as folder, Upstream(running=1, retry_after=0) as azure:
        bench = Kills(Path(folder), azure, seed)
        while bench.kills < kills:
            if bench.kills < len(POINTS):
                bench.kill_at(POINTS[bench.kills])
            elif chance.random() < 0.4:
                bench.kill_at(chance.choice(POINTS), chance.randint(2, 4))
            else:
                bench.kill_at_random(together=chance.choice((1, 1, 2)))
        found = bench.judge()
    sys.stdout.write(f"{found} Seed {seed}, {time.monotonic() - began:.0f} s.\n")
    return found.good


if __name__ == "__main__":
    count, seed = (*map(int, sys.argv[1:]), *(KILLS, 1)[len(sys.argv) - 1 :])
    sys.exit(0 if main(count, seed) else 1)
