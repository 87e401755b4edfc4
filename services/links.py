"""Links that work in their owner's browser alone, for a day at most, and the secret they are signed with."""

import contextlib
import hashlib
import hmac
import json
import math
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from services.config import Secret
from services.errors import ConfigError, NotFound, Problem

LINK_S = 12 * 3600


class Links:
    """Signs what a link names, for an owner; good for 12 to 24 hours and the same all that time."""

    def __init__(self, secret: Secret, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock

    def sign(self, owner: str, *what: str) -> str:
        """The part of a link's query that proves it: until when, and the signature."""
        until = (math.floor(self._clock() / LINK_S) + 2) * LINK_S
        return f"e={until}&s={self._signature(owner, until, what)}"

    def check(self, owner: str | None, query: Mapping[str, str], *what: str) -> str:
        """The owner, if the query proves the link. Raises NotFound for a bad, old or another's link alike."""
        until = query.get("e", "")
        if owner is not None and re.fullmatch(r"\d{1,12}", until) and int(until) >= self._clock():
            expected = self._signature(owner, int(until), what)
            if hmac.compare_digest(expected.encode(), query.get("s", "").encode()):
                return owner
        raise NotFound("There is nothing here for this browser.")

    def _signature(self, owner: str, until: int, what: tuple[str, ...]) -> str:
        text = json.dumps([owner, until, *what])  # unambiguous, whatever the parts hold
        return hmac.new(self._secret.reveal().encode(), text.encode(), hashlib.sha256).hexdigest()


def signing_secret(settings_secret: Secret | None, data_dir: Path) -> Secret:
    """The configured secret, else one made once and kept in the data folder, readable by its owner alone.

    Raises ConfigError where the folder cannot keep one.
    """
    if settings_secret is not None:
        return settings_secret
    path = data_dir / "secret"
    try:
        if not path.exists():
            _make(path)
        return Secret(path.read_text().strip())
    except OSError as error:
        reason = f"is not set, and the data folder cannot keep one ({error.strerror})"
        mend = "Set it to 32 characters or more, or name another data folder."
        raise ConfigError([Problem("PLAYGROUND_SECRET", reason, mend)]) from None


def _make(path: Path) -> None:
    """Writes a fresh secret whole or not at all; where another server was first, its secret counts."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".secret.{os.getpid()}.{threading.get_ident()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
