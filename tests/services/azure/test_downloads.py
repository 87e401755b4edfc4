"""Picture bytes come without a key, and only from hosts on the list."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from services.azure.addresses import is_public
from services.azure.downloads import PictureFetcher
from services.azure.retry import POLICIES
from services.azure.transport import Transport
from services.config import Settings
from services.errors import BadReply, Busy, Refused, ServiceError, Unreachable
from tests.azure_bodies import error, picture
from tests.azure_reply import Reply
from tests.services.following import strings
from tests.upstream import Upstream

LISTED = (".blob.core.windows.net", "pictures.example.net")


@pytest.fixture
def fetcher(configure: Callable[..., Settings]) -> PictureFetcher:
    return PictureFetcher(configure(picture_hosts=LISTED))


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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "where", ["{spy}/1.png", "//{host}/1.png", "http://169.254.169.254/", "https://[::1", ""]
)
def test_a_redirect_to_a_stranger_is_not_followed(
    azure: Upstream, spy: Upstream, fetcher: PictureFetcher, status: int, where: str
) -> None:
    azure.defaults["picture"] = Reply(
        status, b"", {"location": where.format(spy=spy.url, host=spy.url.removeprefix("http://"))}
    )
    with pytest.raises(BadReply):
        fetcher.fetch(f"{azure.url}/pictures/1.png")
    assert spy.requests == ()


def test_two_redirects_are_followed_and_no_third(azure: Upstream, fetcher: PictureFetcher) -> None:
    moved = [
        Reply(302, b"", {"location": "2.png"}),
        Reply(307, b"", {"location": f"{azure.url}/pictures/3.png"}),
    ]
    azure.enqueue("picture", *moved)
    assert fetcher.fetch(f"{azure.url}/pictures/1.png") == picture(3)
    azure.enqueue("picture", *moved, moved[0])
    with pytest.raises(BadReply, match="redirected more than 2 times"):
        fetcher.fetch(f"{azure.url}/pictures/1.png")
    assert len(azure.requests) == 6


# -- addresses


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.1.2.3",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:168.63.129.16",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["20.60.1.1", "8.8.8.8", "::ffff:8.8.8.8", "2603:1030::1", "172.32.0.1"])
def test_an_address_that_is_public(address: str) -> None:
    assert is_public(address)


@contextlib.contextmanager
def named(*addresses: str) -> Iterator[list[str]]:
    """Gives every name these addresses; collects the names that are asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        yield asked


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["20.60.1.1", "10.0.0.1"], ["168.63.129.16"]])
def test_a_listed_name_with_one_address_inside_the_network_is_not_connected_to(
    fetcher: PictureFetcher, addresses: list[str]
) -> None:
    with (
        named(*addresses) as asked,
        pytest.raises(BadReply, match="acct.blob.core.windows.net has an address that is not public"),
    ):
        fetcher.fetch("https://acct.blob.core.windows.net/1.png")
    assert asked == ["acct.blob.core.windows.net"]


@pytest.mark.parametrize(
    "spelling", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]"]
)
def test_however_an_address_is_spelt_it_is_judged_by_what_it_means(
    configure: Callable[..., Settings], spy: Upstream, spelling: str
) -> None:
    fetcher = PictureFetcher(configure(picture_hosts=(spelling.strip("[]"),)))
    with pytest.raises(BadReply):
        fetcher.fetch(f"https://{spelling}/1.png")
    assert spy.requests == ()


def test_a_connection_goes_to_the_address_that_was_judged(azure: Upstream) -> None:
    judged: list[str] = []

    def admits(address: str) -> bool:
        judged.append(address)
        return True

    url = f"{azure.url.replace('127.0.0.1', 'pictures.example.net')}/pictures/1.png"
    with (
        named("127.0.0.1") as asked,
        Transport().exchange("GET", url, POLICIES.picture.deadline, admits=admits) as exchange,
    ):
        assert exchange.status == 200
    assert (asked, judged) == (["pictures.example.net"], ["127.0.0.1"])
    assert azure.requests[0].headers["host"].startswith("pictures.example.net")


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
