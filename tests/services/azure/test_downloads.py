"""Picture bytes come without a key, and only from hosts on the list."""

from collections.abc import Callable, Iterator

import pytest

from services.azure.downloads import PictureFetcher
from services.config import Settings
from services.errors import BadReply, Busy, Refused, ServiceError, Unreachable
from tests.azure_bodies import error, picture
from tests.azure_reply import Reply
from tests.services.following import strings
from tests.upstream import Upstream

LISTED = (".blob.core.windows.net", "pictures.example.net")


@pytest.fixture
def fetcher(configure: Callable[..., Settings]) -> Iterator[PictureFetcher]:
    made = PictureFetcher(configure(picture_hosts=LISTED))
    yield made
    made.close()


def test_a_picture_is_fetched_without_key_or_cookie(azure: Upstream, fetcher: PictureFetcher) -> None:
    azure.enqueue("picture", Reply(200, b"first", {"set-cookie": "a=b"}))
    assert fetcher.fetch(f"{azure.url}/pictures/1.png?sig=s") == b"first"
    assert fetcher.fetch(f"{azure.url}/pictures/1.png?sig=s") == picture(1)
    for request in azure.requests:
        assert not {"api-key", "authorization", "cookie"} & request.headers.keys()
        assert request.query == {"sig": "s"}


@pytest.mark.parametrize(
    "url",
    [
        "https://acct.blob.core.windows.net/c/1.png?sig=s",
        "https://ACCT.Blob.Core.Windows.Net:443/c/1.png",
        "https://a.b.blob.core.windows.net/1.png",
        "https://pictures.example.net/1.png",
    ],
)
def test_a_listed_host_is_allowed(fetcher: PictureFetcher, url: str) -> None:
    fetcher.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evilblob.core.windows.net/1.png",
        "https://blob.core.windows.net/1.png",
        "https://acct.blob.core.windows.net.evil.example/1.png",
        "https://acct.blob.core.windows.net./1.png",
        "https://evil.example/acct.blob.core.windows.net",
        "https://evil.example?.blob.core.windows.net",
        "https://evil.example#.blob.core.windows.net",
        "https://sub.pictures.example.net/1.png",
        "https://xpictures.example.net/1.png",
        "http://acct.blob.core.windows.net/1.png",
        "https://acct.blob.core.windows.net:8443/1.png",
        "https://acct.blob.core.windows.net@evil.example/1.png",
        "https://u:p@acct.blob.core.windows.net/1.png",
        "https://127.0.0.1\\@acct.blob.core.windows.net/1.png",
        "http://127.0.0.1:80\\@acct.blob.core.windows.net/1.png",
        "ftp://acct.blob.core.windows.net/1.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//acct.blob.core.windows.net/1.png",
        "/pictures/1.png",
        "http://[::1",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "http://localhost/1.png",
        "https://127.0.0.1/1.png",
        "",
        "\nhttps://acct.blob.core.windows.net/1.png",
    ],
)
def test_any_other_address_is_refused(fetcher: PictureFetcher, url: str) -> None:
    with pytest.raises(BadReply, match="^The service gave a picture link"):
        fetcher.check(url)


def test_another_port_of_this_machine_is_another_host(
    azure: Upstream, spy: Upstream, fetcher: PictureFetcher
) -> None:
    for url in (f"{spy.url}/pictures/1.png", spy.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(BadReply, match="not allowed"):
            fetcher.fetch(url)
    assert spy.requests == azure.requests == ()


def test_a_remote_endpoint_is_no_picture_host(configure: Callable[..., Settings]) -> None:
    fetcher = PictureFetcher(configure(endpoint="https://name.openai.azure.com"))
    with pytest.raises(BadReply):
        fetcher.check("https://name.openai.azure.com/pictures/1.png")
    with pytest.raises(BadReply):
        fetcher.check("http://127.0.0.1/pictures/1.png")
    fetcher.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    azure: Upstream, spy: Upstream, fetcher: PictureFetcher, status: int
) -> None:
    azure.enqueue("picture", Reply(status, b"", {"location": f"{spy.url}/pictures/1.png"}))
    with pytest.raises(BadReply, match="redirect"):
        fetcher.fetch(f"{azure.url}/pictures/1.png")
    assert spy.requests == ()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(403, "<Error>Server failed to authenticate: sig=CANARY</Error>"), Refused),
        (Reply(404), Refused),
        (Reply(410), Refused),
        (Reply(500), Busy),
        (error("rate_limit"), Busy),
        (Reply(200, picture(1), stop_after=20), Unreachable),
        (Reply(200, picture(1), content_length=5_000), Unreachable),
        (Reply(reset=True), Unreachable),
        (Reply(200, pieces=[b"x" * 2**20] * 26), BadReply),
        (Reply(200, b"x" * (26 * 2**20), gzip=True), BadReply),
    ],
)
def test_what_goes_wrong_is_told_apart(
    azure: Upstream, fetcher: PictureFetcher, reply: Reply, kind: type[ServiceError]
) -> None:
    azure.enqueue("picture", reply)
    with pytest.raises(kind) as caught:
        fetcher.fetch(f"{azure.url}/pictures/1.png?sig=CANARY")
    assert not any("CANARY" in text for text in strings(caught.value))
