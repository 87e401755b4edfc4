"""A long history costs what a short one costs; `python -m tests.services.test_history_size` has figures."""

import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services import HistoryQuery, Outcome, TextSnapshot
from services.azure.logprobs import TokenScore
from services.azure.snapshots import Choice
from services.azure.text_request import CompletionRequest
from services.exports import Exports
from services.store import Store
from services.text_archive import pack, request_to_json
from tests.services.following import ME, OTHER

TEXT = "The quick brown fox jumps over the lazy dog. " * 12
SCORES = tuple(TokenScore(" fox", -0.5, ((" fox", -0.5), (" dog", -1.25)), 5 * n) for n in range(100))
SNAPSHOT = pack(TextSnapshot(choices=(Choice(0, TEXT, SCORES, "stop"),)))
ASK = CompletionRequest(deployment="text", prompt=TEXT)

QUERIES = {
    "newest 50": (HistoryQuery(), None),
    "50 in the middle": (HistoryQuery(), (50.0, "")),
    "search that finds all": (HistoryQuery(text="QUICK"), None),
    "search that finds nothing": (HistoryQuery(text="unicorn"), None),
    "filtered only": (HistoryQuery(outcome=Outcome.FILTERED), None),
    "pictures only": (HistoryQuery(kind="image"), None),
    "favourites": (HistoryQuery(favourites=True), None),
}


def fill(store: Store, runs: int, pictures: int, owner: str = ME) -> None:
    """A history with long prompts, answers with log probabilities, and operations of one picture each."""
    rows = [
        {
            "id": f"{owner}-t{number}",
            "owner": owner,
            "created_at": float(number),
            "state": "done",
            "outcome": "succeeded",
            "seconds": 1.0,
            "deployment": "text",
            "excerpt": TEXT[:200],
            "request": request_to_json(replace(ASK, prompt=f"{number} {TEXT}")),
            "error": None,
            "snapshot": SNAPSHOT,
        }
        for number in range(runs)
    ]
    store.save_runs(rows, [], [], 0)
    for number in range(pictures):
        store.add_operation(
            {
                "id": f"{owner}-i{number}",
                "owner": owner,
                "intent": str(number),
                "request": {"prompt": f"{number} {TEXT}"},
                "operation_id": "o",
                "state": "succeeded",
                "created_at": number + 0.5,
                "slots": [{"key": f"{number:064x}", "width": 8, "height": 8}],
            }
        )


def peak(work: Callable[[], object]) -> int:
    """The most memory that work takes at once, in bytes."""
    work()
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def steps(store: Store, work: Callable[[], object]) -> int:
    """How many instructions of its virtual machine SQLite needs: what a query costs on any computer."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    with store._engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        driver.set_progress_handler(count, 10)
    work()
    with store._engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        driver.set_progress_handler(None, 0)
    return counted[0] * 10


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """A short history, and one ten times as long beside another's that is longer still."""
    short, long = (Store(tmp_path_factory.mktemp("size") / "playground.db") for _ in range(2))
    fill(short, 100, 5)
    fill(long, 1_000, 50)
    fill(long, 2_000, 0, OTHER)
    return short, long


def page(store: Store, name: str) -> object:
    query, before = QUERIES[name]
    return store.history(ME, query, before, 50)


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_of_a_long_history_takes_the_memory_of_a_short_one(
    stores: tuple[Store, Store], name: str
) -> None:
    short, long = (peak(lambda store=store: page(store, name)) for store in stores)  # type: ignore[misc]
    assert long < 1.5 * short + 50_000


@pytest.mark.parametrize("name", ["newest 50", "50 in the middle", "search that finds all"])
def test_a_page_of_a_long_history_takes_the_work_of_a_short_one(
    stores: tuple[Store, Store], name: str
) -> None:
    short, long = (steps(store, lambda store=store: page(store, name)) for store in stores)  # type: ignore[misc]
    assert 0 < long < 2 * short


def test_a_search_through_everything_reads_the_owner_s_rows_alone(stores: tuple[Store, Store]) -> None:
    short, long = (
        steps(store, lambda store=store: page(store, "search that finds nothing"))  # type: ignore[misc]
        for store in stores
    )
    assert long < 15 * short  # ten times the rows; the other owner's do not count


def test_an_export_of_everything_is_never_in_memory(stores: tuple[Store, Store]) -> None:
    def written() -> int:
        return sum(map(len, Exports(stores[1], None, None).lines(ME)))  # type: ignore[arg-type]

    assert peak(written) < written() / 3


def figures(runs: int, pictures: int) -> None:
    """Prints what each query takes on this computer."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "playground.db")
        fill(store, runs, pictures)
        size = (Path(folder) / "playground.db").stat().st_size / 2**20
        sys.stdout.write(f"{runs:,} runs and {pictures:,} pictures: {size:.0f} MB of database\n")
        for name in QUERIES:
            began = time.perf_counter()
            for _ in range(5):
                page(store, name)
            took = (time.perf_counter() - began) / 5 * 1_000
            kilobytes = peak(lambda name=name: page(store, name)) / 1_024  # type: ignore[misc]
            sys.stdout.write(f"  {name:28}{took:8.1f} ms {kilobytes:10.0f} kB\n")
        store.close()
        began = time.perf_counter()
        Store(Path(folder) / "playground.db").close()
        sys.stdout.write(f"  opened and checked in {(time.perf_counter() - began) * 1_000:.0f} ms\n")
        sys.stdout.write(f"  process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024:.0f} MB\n")


if __name__ == "__main__":
    figures(100, 10)
    figures(10_000, 1_000)
