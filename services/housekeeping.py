"""Keeps the data folder in order: what was deleted goes, and pictures stay within the quota."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from services.errors import ServiceError
from services.pictures import Pictures
from services.store import Kept, Store

UNDO_S = 600.0
INTERVAL_S = 60.0
REMOVED = "Removed to stay within the disk quota."
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes: an owner's pictures and texts, what everybody's pictures may take, what the disk has left."""

    pictures_bytes: int
    text_bytes: int
    quota_bytes: int
    free_bytes: int


class Housekeeping:
    """Sweeps once a minute. quota_bytes: what everybody's pictures may take."""

    def __init__(
        self,
        store: Store,
        pictures: Pictures,
        quota_bytes: int,
        *,
        interval_s: float = INTERVAL_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._pictures = pictures
        self._quota_bytes = quota_bytes
        self._interval_s = interval_s
        self._clock = clock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="housekeeping")
        self._thread.start()

    def sweep(self) -> None:
        """Purges what was deleted longer ago than it can be taken back, then keeps the quota."""
        self._store.purge(self._clock() - UNDO_S, self._pictures.remove)
        self._keep_quota()

    def delete_everything(self, owner: str) -> None:
        """Removes everything of an owner now."""
        self._store.purge_owner(owner, self._pictures.remove)

    def disk_use(self, owner: str) -> DiskUse:
        """What an owner's runs take."""
        return DiskUse(
            sum(map(self._pictures.size, self._store.keys_of(owner))),
            self._store.text_bytes(owner),
            self._quota_bytes,
            self._pictures.free_bytes,
        )

    def close(self) -> None:
        """Ends after the sweep under way."""
        self._closing.set()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                self.sweep()
            except ServiceError as error:
                _LOG.error("housekeeping waits: %s", error)
            if self._closing.wait(self._interval_s):
                return

    def _keep_quota(self) -> None:
        """Whoever takes most gives first: the oldest pictures, favourites after all others."""
        sizes = {kept: self._pictures.size(kept.key) for kept in self._store.pictures_kept()}
        excess = sum(sizes.values()) - self._quota_bytes
        if excess <= 0:
            return
        taken: dict[str, int] = defaultdict(int)
        by_owner: dict[str, list[Kept]] = defaultdict(list)
        for kept in sorted(sizes, key=lambda kept: (kept.favourite, kept.at), reverse=True):
            taken[kept.owner] += sizes[kept]
            by_owner[kept.owner].append(kept)
        leaving: set[str] = set()
        while excess > 0:
            most = max(taken, key=taken.__getitem__)
            kept = by_owner[most].pop()
            leaving.add(kept.key)
            taken[most] -= sizes[kept]
            excess -= sizes[kept]
        self._store.drop_pictures(leaving, REMOVED, self._pictures.remove)
        _LOG.warning("%d pictures removed to stay within the disk quota", len(leaving))
