"""Fetches picture bytes: without a key, and only from hosts on the list."""

from urllib.parse import urlsplit

from services.azure.refusals import refusal
from services.azure.retry import ALONE, POLICIES, Caller, Policy, RetryBudget, insist
from services.azure.transport import Transport, canonical_host
from services.config import Settings
from services.endpoint import is_loopback
from services.errors import BadReply, Refused

PICTURE_CAP = 25 * 2**20


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

        Raises Refused where the link is gone, BadReply where its host is not allowed or the body is too
        large, Unreachable where the connection broke.
        """
        self.check(url)
        return insist(lambda: self._fetch(url, caller), self._policy, self._budget, caller)

    def _fetch(self, url: str, caller: Caller) -> bytes:
        """One try, from the first byte on."""
        deadline = self._policy.deadline
        with self._transport.exchange("GET", url, deadline, on_open=caller.on_open) as exchange:
            if exchange.status in (403, 404, 410):
                raise Refused(
                    "The picture's link is gone.",
                    advice="The service keeps pictures for 24 hours only.",
                    status=exchange.status,
                )
            if exchange.status != 200:
                raise refusal(exchange.status, exchange.headers, "")
            return exchange.read(PICTURE_CAP)

    def check(self, url: str) -> None:
        """Raises BadReply unless the URL leads to a listed host over https, or to a local endpoint."""
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
            return
        if parts.scheme != "https" or parts.port not in (None, 443) or not self._listed(host):
            raise BadReply(
                f"The service gave a picture link to a host that is not allowed: {host[:100]}.",
                advice="If that host is yours, add it to AZURE_OPENAI_IMAGE_HOSTS.",
            )

    def _listed(self, host: str) -> bool:
        return any(host.endswith(name) if name.startswith(".") else host == name for name in self._hosts)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._transport.close()
