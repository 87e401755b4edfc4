"""Whatever people paste as an endpoint is taken apart, or refused without a word of it being repeated."""

from urllib.parse import urlsplit

import pytest

from services.endpoint import AZURE_HOSTS, Endpoint, NotAnEndpoint, origin, parse

AZURE = "https://name.openai.azure.com"
TARGET = f"{AZURE}/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
CURL = f"""curl -X POST '{TARGET}' \\
  -H "api-key: CANARY-KEY" -H 'Referer: https://elsewhere.example/v1' \\
  -d '{{"messages": []}}'"""
PARTS = Endpoint(AZURE, None, "my-gpt", "2024-10-21")


@pytest.mark.parametrize("suffix", AZURE_HOSTS)
@pytest.mark.parametrize("scheme", ["https://", "HTTPS://", ""])
@pytest.mark.parametrize("end", ["", "/", "//", "/openai", "/openai/"])
def test_an_azure_host_needs_no_scheme_and_may_end_in_slashes(suffix: str, scheme: str, end: str) -> None:
    assert parse(f" {scheme}Name{suffix}{end}\n") == Endpoint(f"https://name{suffix}")


def test_the_azure_hosts_are_the_three_of_the_portal() -> None:
    assert AZURE_HOSTS == (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (TARGET, PARTS),
        (TARGET.removeprefix("https://"), PARTS),
        (TARGET.replace(".com/", ".com//"), PARTS),
        (TARGET.replace("chat/completions", "completions"), PARTS),
        (f"{AZURE}/openai/deployments/my%20gpt/completions", Endpoint(AZURE, None, "my gpt")),
        (f"{AZURE}/openai/deployments/v1/completions?api-version=v", Endpoint(AZURE, None, "v1", "v")),
        (f"{AZURE}/openai/deployments/a/v1", Endpoint(AZURE, None, "a")),
        (f"{AZURE}/openai/images/generations:submit?api-version=x", Endpoint(AZURE, api_version="x")),
        (f"{AZURE}/openai/v1", Endpoint(AZURE, "/openai/v1")),
        (f"{AZURE}/openai/v1/", Endpoint(AZURE, "/openai/v1")),
        (f"{AZURE}//openai/v1/", Endpoint(AZURE, "/openai/v1")),
        (f"{AZURE}/openai/v1/chat/completions", Endpoint(AZURE, "/openai/v1")),
        (
            f"{AZURE}/openai/v1/responses?api-version=preview",
            Endpoint(AZURE, "/openai/v1", api_version="preview"),
        ),
        ("http://127.0.0.1:11434/v1", Endpoint("http://127.0.0.1:11434", "/v1")),
        ("http://localhost:11434/v1/", Endpoint("http://localhost:11434", "/v1")),
        ("http://[::1]:8080/v1/chat/completions", Endpoint("http://[::1]:8080", "/v1")),
        ("https://Host.example:443/api/v1", Endpoint("https://host.example", "/api/v1")),
        ("https://host.example/v1/me/openai/v1", Endpoint("https://host.example", "/v1/me/openai/v1")),
        ("https://api.groq.com/openai/v1", Endpoint("https://api.groq.com", "/openai/v1")),
    ],
)
def test_each_part_is_found(written: str, expected: Endpoint) -> None:
    assert parse(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        CURL,
        CURL.replace("'", '"'),
        CURL.replace("\\\n", ""),
        CURL.replace("-X POST ", "-sS --fail "),
        f"curl {TARGET} -H 'api-key: CANARY-KEY'",
        f"curl --request POST --url {TARGET}",
        f'curl.exe "{TARGET}" ^',
    ],
)
def test_a_whole_curl_line_gives_its_address_and_nothing_else(written: str) -> None:
    assert parse(written) == PARTS


@pytest.mark.parametrize(
    ("written", "needed"),
    [
        (AZURE, True),
        (f"{AZURE}/openai/v1", True),
        ("https://name.services.ai.azure.com/api/projects/p/openai/v1", True),
        ("https://gateway.example", True),
        ("http://127.0.0.1:5000", True),
        ("http://127.0.0.1:11434/v1", False),
        ("https://host.example/api/v1", False),
        ("https://api.groq.com/openai/v1", False),
        ("https://openai.azure.com.evil.example/v1", False),
    ],
)
def test_azure_needs_a_key_and_another_v1_server_may_not(written: str, needed: bool) -> None:
    assert parse(written).needs_key is needed


NOWHERE, PLAIN, MORE, BARE = (
    "is not an address",
    "does not use https",
    "has something after the host",
    "has no scheme",
)
HOSTILE = [
    ("", BARE),
    ("CANARY", BARE),
    ("CANARY.example/v1", BARE),
    ("127.0.0.1:11434/v1", BARE),
    ("CANARY.openai.azure.com.evil.example", BARE),
    ("CANARY.openai.azure.com@evil.example", BARE),
    ("evil.example/CANARY.openai.azure.com", BARE),
    ("curl CANARY.example/v1", BARE),
    ("curl $CANARY/openai/v1", BARE),
    ("//CANARY.openai.azure.com", BARE),
    ("https://", NOWHERE),
    ("https:///CANARY/v1", NOWHERE),
    ("https://CANARY:secret@name.openai.azure.com", NOWHERE),
    ("CANARY@name.openai.azure.com", NOWHERE),
    ("https://@name.openai.azure.com", NOWHERE),
    ("https://name.openai.azure.com\\@CANARY.example", NOWHERE),
    ("CANARY.example\\.openai.azure.com", NOWHERE),
    ("https://CANARY .openai.azure.com", NOWHERE),
    ("CANARY .openai.azure.com", NOWHERE),
    ("https://CANARY\t.openai.azure.com", NOWHERE),
    ("https://host.example/CANARY\r\n/v1", NOWHERE),
    ("https://host.example/CANARY\0/v1", NOWHERE),
    ("https://CANARY\0.openai.azure.com", NOWHERE),
    ("https://host.example:CANARY/v1", NOWHERE),
    ("https://host.example:99999/v1", NOWHERE),
    ("https://[CANARY/v1", NOWHERE),
    ("http://CANARY.openai.azure.com", PLAIN),
    ("http://CANARY.example/v1", PLAIN),
    ("http://10.0.0.4:11434/v1?CANARY", PLAIN),
    ("http://127.0.0.1.CANARY.example/v1", PLAIN),
    ("http://localhost.CANARY.example/v1", PLAIN),
    ("curl http://CANARY.example/openai/v1", PLAIN),
    ("ftp://127.0.0.1/CANARY/v1", PLAIN),
    ("file:///CANARY/v1", NOWHERE),
    ("https://host.example/CANARY", MORE),
    ("https://host.example/v1CANARY", MORE),
    ("https://host.example/?CANARY=1", MORE),
    ("https://host.example/v1#CANARY", MORE),
    ("CANARY.example?.openai.azure.com", MORE),
    ("CANARY.example#.openai.azure.com", MORE),
    ("https://name.services.ai.azure.com/api/projects/CANARY", MORE),
]


@pytest.mark.parametrize(("written", "what"), HOSTILE)
def test_anything_else_is_refused_without_being_repeated(written: str, what: str) -> None:
    with pytest.raises(NotAnEndpoint) as caught:
        parse(written)
    error = caught.value
    assert (error.what, error.__suppress_context__ or error.__context__ is None) == (what, True)
    assert error.mend.endswith(".") and "https://NAME.openai.azure.com" in error.mend
    assert "CANARY" not in f"{error!r} {error.args} {vars(error)}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://MyRes.OpenAI.azure.com/openai?a=b", "https://myres.openai.azure.com"),
        ("https://h.example:443/", "https://h.example"),
        ("http://h.example:80", "http://h.example"),
        ("http://h.example:443", "http://h.example:443"),
        ("HTTPS://[::1]:8443/x", "https://[::1]:8443"),
        ("/openai/v1", "://"),
    ],
)
def test_an_origin_has_one_spelling(url: str, expected: str) -> None:
    assert origin(urlsplit(url)) == expected
