"""Fetches picture bytes: without a key, and only from hosts on the list."""

import contextlib
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from services.azure.addresses import is_public
from services.azure.refusals import refusal
from services.azure.retry import ALONE, POLICIES, Caller, Policy, RetryBudget, insist
from services.azure.transport import Exchange, Transport, canonical_host
from services.config import Settings
from services.endpoint import is_loopback
from services.errors import BadReply, Refused

PICTURE_CAP = 25 * 2**20
MOVED = frozenset({301, 302, 303, 307, 308})
REDIRECTS = 2


class PictureFetcher:
    """A session of its own, so that no key, cookie or token can ever travel with a picture URL."""

    def __init__(
        self, settings: Settings, budget: RetryBudget | None = None, policy: Policy = POLICIES.picture
    ) -> None:
        self._hosts = settings.picture_hosts
        self._endpoint = urlsplit(settings.endpoint or "")
        self._policy = policy
        self._budget = budget or RetryBudget()
        self._transport = Transport()

    def fetch(self, url: str, caller: Caller = ALONE) -> bytes:
        """The bytes behind a picture URL, at most 25 MiB.

        Raises Refused where the link is gone, BadReply where it leads to a place that is not allowed or the
        body is too large, Unreachable where the connection broke.
        """
        return insist(lambda: self._fetch(url, caller), self._policy, self._budget, caller)

    def _fetch(self, url: str, caller: Caller) -> bytes:
        """One try, from the first byte on; every place it is redirected to is judged like the first."""
        deadline = self._policy.deadline
        for _ in range(REDIRECTS + 1):
            admits = self.check(url)
            with self._transport.exchange(
                "GET", url, deadline, on_open=caller.on_open, admits=admits
            ) as exchange:
                if exchange.status not in MOVED:
                    return _read(exchange)
                location = exchange.headers.get("location", "")
                with contextlib.suppress(ValueError):  # no address: it is judged as it is, and refused
                    location = urljoin(url, location)
                url = location
        raise BadReply(f"The picture's link was redirected more than {REDIRECTS} times.")

    def check(self, url: str) -> Callable[[str], bool]:
        """Tells which network addresses the URL's host may have.

        Raises BadReply unless the URL leads to a listed host over https, or to a local endpoint.
        """
        try:
            host, parts = canonical_host(url), urlsplit(url)
        except ValueError:
            raise BadReply("The service gave a picture link that is not an address.") from None
        own = (parts.scheme, host, parts.port) == (
            self._endpoint.scheme,
            self._endpoint.hostname,
            self._endpoint.port,
        )
        if own and is_loopback(host):
            return is_loopback
        if parts.scheme != "https" or parts.port not in (None, 443) or not self._listed(host):
            raise BadReply(
                f"The service gave a picture link to a host that is not allowed: {host[:100]}.",
                advice="If that host is yours, add it to AZURE_OPENAI_IMAGE_HOSTS.",
            )
        return is_public

    def _listed(self, host: str) -> bool:
        return any(host.endswith(name) if name.startswith(".") else host == name for name in self._hosts)


def _read(exchange: Exchange) -> bytes:
    if exchange.status in (403, 404, 410):
        raise Refused(
            "The picture's link is gone.",
            advice="The service keeps pictures for 24 hours only.",
            status=exchange.status,
        )
    if exchange.status != 200:
        raise refusal(exchange.status, exchange.headers, "")
    return exchange.read(PICTURE_CAP)
