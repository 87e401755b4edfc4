"""Who uses the language model next: a few places, shared fairly between the requests that want one."""

import asyncio
from collections import Counter, deque


class Turns:
    """`places` generations run at once; a free place goes to the request that holds fewest.

    No request holds the last place of all, so one that asks for many choices never keeps a newcomer waiting
    for a whole answer. Used from one event loop only.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, owner: str) -> None:
        """Waits for a place; `owner` names the request it is for."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(turn)
        self._grant()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(owner)
            else:
                self._forget(owner, turn)
            raise

    def give_back(self, owner: str) -> None:
        self._held[owner] -= 1
        if not self._held[owner]:
            del self._held[owner]
        self._grant()

    def _grant(self) -> None:
        while self._held.total() < self._places:
            ready = [owner for owner in self._waiting if self._held[owner] < max(1, self._places - 1)]
            if not ready:
                return
            owner = min(ready, key=lambda name: self._held[name])
            turn = self._waiting[owner][0]
            self._forget(owner, turn)
            if not turn.done():
                self._held[owner] += 1
                turn.set_result(None)

    def _forget(self, owner: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(owner)
        if queue and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[owner]
