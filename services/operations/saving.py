"""Keeps the pictures of an operation: each on its own, each link fetched once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from services.azure.images import Picture
from services.azure.retry import Caller
from services.errors import NotSaved, Refused, ServiceError
from services.operations.calls import Calls
from services.pictures import Pictures, StoredPicture
from services.store import Row

Download = Callable[[str, Caller], bytes]
PATIENCE = 30  # tries, a second apart
LINK_GONE = "The picture's link is gone."


class Saver:
    """Downloads at most four pictures at a time."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._calls = Calls()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="download")

    def close(self) -> None:
        """Ends every download."""
        self._calls.hang_up()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def save(
        self, pictures: tuple[Picture, ...], kept: Sequence[Row | None], download: Download
    ) -> list[Row | None]:
        """A slot for each picture, in order; None where its link is gone and a fresh one is worth asking for.

        kept: the slots of an earlier try, which stay; None where there is none yet. download: fetches a link.
        """
        earlier = {index: slot for index, slot in enumerate(kept) if slot is not None}
        missing = dict.fromkeys(picture for index, picture in enumerate(pictures) if index not in earlier)
        slots_of = self._pool.map(partial(self._slot, download=download), missing)
        found = dict(zip(missing, slots_of, strict=True))
        slots = [earlier.get(index) or found[picture] for index, picture in enumerate(pictures)]
        return [*slots, *kept[len(pictures) :]]

    def _slot(self, picture: Picture, download: Download) -> Row | None:
        if picture.filter is not None:
            return {"filter": picture.filter.to_json()}
        try:
            if picture.content is not None:
                stored = self._keep(picture.content)
            elif picture.url is not None:
                stored = self._pictures.add(download(picture.url, self._calls))
            else:
                return {"error": picture.error}
        except Refused:
            return None
        except ServiceError as error:
            return {"error": f"{error} {error.advice}".strip()}
        return {
            "key": stored.key,
            "width": stored.width,
            "height": stored.height,
            "revised_prompt": picture.revised_prompt,
        }

    def _keep(self, content: bytes) -> StoredPicture:
        """Keeps a picture that came inside an answer; where the disk refuses it, again for half a minute.

        Nobody else has it: a link could be followed once more.
        """
        for _ in range(PATIENCE):
            try:
                return self._pictures.add(content)
            except NotSaved:
                if self._calls.ended.wait(1.0):
                    break
        return self._pictures.add(content)
