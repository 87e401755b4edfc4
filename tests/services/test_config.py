"""The settings: every spelling people paste is read, everything wrong is named, no value is ever repeated."""

import copy
import dataclasses
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services import ConfigError, Deployment, Settings
from services.config import Secret, is_dated, is_version
from services.endpoint import is_loopback
from tests.services.following import KEY_1, KEY_2, strings

ROOT = Path(__file__).parents[2]
ENDPOINT = "https://name.openai.azure.com"
CANARY = "CANARY-VALUE"


def read(**env: str) -> Settings:
    pairs = {"AZURE_OPENAI_ENDPOINT": ENDPOINT, "AZURE_OPENAI_API_KEY": KEY_1, **env}
    return Settings.from_env({name: value for name, value in pairs.items() if value})


def read_version(version: str) -> str | None:
    """The version that the settings take from their variable; None where they refuse it."""
    try:
        return read(AZURE_OPENAI_API_VERSION=version).api_version
    except ConfigError:
        return None


def refused(**env: str) -> dict[str, str]:
    """What is wrong, by variable."""
    with pytest.raises(ConfigError) as caught:
        read(**env)
    assert all(problem.mend.endswith((".", "4.1.")) for problem in caught.value.problems)
    return {problem.variable: problem.what for problem in caught.value.problems}


# -- endpoint


def test_without_an_endpoint_the_settings_ask_for_the_sandbox() -> None:
    settings = Settings.from_env({})
    assert (settings.endpoint, settings.keys) == (None, ())
    assert (settings.api_version, settings.image_api_version) == ("2022-06-01-preview", "2023-06-01-preview")
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8501, Path("data"))
    assert settings.picture_hosts == (".blob.core.windows.net",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (ENDPOINT, ENDPOINT),
        (f"  {ENDPOINT}/ ", ENDPOINT),
        (f"{ENDPOINT}///", ENDPOINT),
        ("HTTPS://NAME.OpenAI.Azure.com:443/", ENDPOINT),
        (f"{ENDPOINT}/openai/deployments/x/completions?api-version=2022-12-01", ENDPOINT),
        (f"{ENDPOINT}/openai/v1/", ENDPOINT),
        ("name.openai.azure.com", ENDPOINT),
        (f"{ENDPOINT}:8443", f"{ENDPOINT}:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:80/", "http://localhost"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_an_endpoint_is_cut_down_to_its_origin(written: str, expected: str) -> None:
    assert read(AZURE_OPENAI_ENDPOINT=written).endpoint == expected


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("name.openai.azure.example", "has no scheme"),
        ("http://name.openai.azure.com", "does not use https"),
        ("http://127.0.0.1.evil.example", "does not use https"),
        ("http://10.0.0.4", "does not use https"),
        ("ftp://127.0.0.1", "does not use https"),
        ("https://", "is not an address"),
        ("https://user:pass@name.openai.azure.com", "is not an address"),
        ("https://name.openai.azure.com\\@evil.example", "is not an address"),
        ("https://name.openai\t.azure.com", "is not an address"),
        ("https://name.openai.azure.com:port", "is not an address"),
        ("https://[::1", "is not an address"),
        (f"{ENDPOINT}/some/path", "has something after the host"),
        (f"{ENDPOINT}/?key=1", "has something after the host"),
        (f"{ENDPOINT}/#part", "has something after the host"),
    ],
)
def test_an_endpoint_that_cannot_be_used_is_named(written: str, what: str) -> None:
    assert refused(AZURE_OPENAI_ENDPOINT=written) == {"AZURE_OPENAI_ENDPOINT": what}


TARGET = f"{ENDPOINT}/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"


def test_a_pasted_target_uri_gives_deployment_and_version() -> None:
    settings = read(AZURE_OPENAI_ENDPOINT=TARGET)
    assert (settings.endpoint, settings.v1_path) == (ENDPOINT, None)
    assert (settings.text_deployments, settings.api_version) == ((Deployment("my-gpt"),), "2024-10-21")
    assert settings.image_api_version == "2023-06-01-preview"


def test_a_whole_curl_line_gives_no_key() -> None:
    line = f"curl '{TARGET}' -H 'api-key: {KEY_2}'"
    settings = read(AZURE_OPENAI_ENDPOINT=line)
    assert [key.reveal() for key in settings.keys] == [KEY_1]
    assert settings == dataclasses.replace(read(AZURE_OPENAI_ENDPOINT=TARGET), keys=settings.keys)
    assert refused(AZURE_OPENAI_ENDPOINT=line, AZURE_OPENAI_API_KEY="") == {
        "AZURE_OPENAI_API_KEY": "is missing"
    }


def test_the_own_variables_win_over_the_pasted_ones() -> None:
    settings = read(
        AZURE_OPENAI_ENDPOINT=TARGET,
        AZURE_OPENAI_API_VERSION="v1",
        AZURE_OPENAI_TEXT_DEPLOYMENTS="other=gpt-4.1",
    )
    assert settings.text_deployments == (Deployment("other", "gpt-4.1"),)
    assert settings.api_version == "v1"


@pytest.mark.parametrize(
    ("end", "deployments", "version"),
    [
        ("", (), "2022-06-01-preview"),
        ("/openai/v1/", (), "v1"),
        ("/openai/v1/responses?api-version=preview", (), "preview"),
        ("/openai/v1/chat/completions?api-version=2024-10-21", (), "v1"),
        ("/openai/deployments/x/completions?api-version=CANARY", (Deployment("x"),), "2022-06-01-preview"),
        ("/openai/deployments/x/completions", (Deployment("x"),), "2022-06-01-preview"),
        ("/openai/deployments/v1/completions?api-version=2024-10-21", (Deployment("v1"),), "2024-10-21"),
        ("/openai/deployments/a%0d%0ab/completions?api-version=v1", (), "v1"),
        ("/openai/deployments/a%2Fb/completions", (), "2022-06-01-preview"),
    ],
)
def test_what_an_address_does_not_name_well_is_left_to_the_defaults(
    end: str, deployments: tuple[Deployment, ...], version: str
) -> None:
    settings = read(AZURE_OPENAI_ENDPOINT=f"{ENDPOINT}{end}")
    assert (settings.text_deployments, settings.api_version) == (deployments, version)


def test_a_version_of_its_own_wins_over_the_v1_base() -> None:
    settings = read(AZURE_OPENAI_ENDPOINT=f"{ENDPOINT}/openai/v1/", AZURE_OPENAI_API_VERSION="preview")
    assert (settings.v1_path, settings.api_version) == ("/openai/v1", "preview")


@pytest.mark.parametrize("base", ["http://127.0.0.1:11434/v1", "https://host.example/api/v1"])
def test_another_server_needs_no_key(base: str) -> None:
    settings = read(AZURE_OPENAI_ENDPOINT=base, AZURE_OPENAI_API_KEY="")
    assert f"{settings.endpoint}{settings.v1_path}" == base
    assert (settings.keys, settings.api_version) == ((), "v1")
    assert [key.reveal() for key in read(AZURE_OPENAI_ENDPOINT=base).keys] == [KEY_1]


def test_the_v1_base_of_azure_needs_one() -> None:
    for host in ("openai", "services.ai", "cognitiveservices"):
        assert refused(AZURE_OPENAI_ENDPOINT=f"name.{host}.azure.com/openai/v1", AZURE_OPENAI_API_KEY="") == {
            "AZURE_OPENAI_API_KEY": "is missing"
        }


def test_a_refused_endpoint_asks_for_nothing_else() -> None:
    assert refused(AZURE_OPENAI_ENDPOINT=f"http://{CANARY}.example/v1", AZURE_OPENAI_API_KEY="") == {
        "AZURE_OPENAI_ENDPOINT": "does not use https"
    }


def test_endpoint_and_key_come_together() -> None:
    assert refused(AZURE_OPENAI_API_KEY="") == {"AZURE_OPENAI_API_KEY": "is missing"}
    assert refused(AZURE_OPENAI_ENDPOINT="") == {"AZURE_OPENAI_ENDPOINT": "is missing while a key is set"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("LocalHost", True), ("127.8.9.1", True), ("[::1]", True), ("127.1", False)]
    + [("10.0.0.1", False), ("localhost.evil.example", False), ("", False)],
)
def test_loopback_means_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


# -- keys


def test_keys_are_trimmed_and_keep_their_order() -> None:
    settings = read(AZURE_OPENAI_API_KEY=f" {KEY_1}\n", AZURE_OPENAI_API_KEY_2=f"\t{KEY_2}\r\n")
    assert [key.reveal() for key in settings.keys] == [KEY_1, KEY_2]
    assert [key.reveal() for key in read(AZURE_OPENAI_API_KEY_2=KEY_2, AZURE_OPENAI_API_KEY="").keys] == [
        KEY_2
    ]


@pytest.mark.parametrize("variable", ["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_KEY_2"])
@pytest.mark.parametrize(
    ("character", "name"),
    [(" ", "space"), ("\n", "newline"), ("\u2013", "en dash"), ("\u200b", "zero width"), ("\ufeff", "BOM")]
    + [("\0", "NUL"), ("\x7f", "delete"), ("\u00a0", "no-break space"), ("é", "accent")],
)
@pytest.mark.parametrize("position", [1, 7])
def test_a_key_with_a_bad_character_is_named_by_position(
    variable: str, character: str, name: str, position: int
) -> None:
    key = KEY_1[: position - 1] + character + KEY_1[position - 1 :]
    if not key.strip().startswith(key[:1]):
        position, key = 7, KEY_1[:6] + character + KEY_1[6:]  # at the edge it is trimmed away
    with pytest.raises(ConfigError) as caught:
        read(**{variable: key})
    (problem,) = caught.value.problems
    assert problem.variable == variable
    assert problem.what == f"contains an invalid character at position {position}"
    assert not any(part in text for text in strings(caught.value) for part in ("CANARY", "0123456789"))


def test_a_key_may_have_256_characters() -> None:
    assert read(AZURE_OPENAI_API_KEY="k" * 256).keys
    assert refused(AZURE_OPENAI_API_KEY="k" * 257) == {
        "AZURE_OPENAI_API_KEY": "is longer than 256 characters"
    }


# -- everything else


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("AZURE_OPENAI_API_VERSION", "v2", "is not an api-version"),
        ("AZURE_OPENAI_API_VERSION", "2024-10-21 ; x", "is not an api-version"),
        ("AZURE_OPENAI_IMAGE_API_VERSION", "v1", "is not a dated api-version"),
        ("AZURE_OPENAI_IMAGE_API_VERSION", "2024-10", "is not a dated api-version"),
        ("AZURE_OPENAI_TEXT_DEPLOYMENTS", "a,b/c", "has an entry that is no deployment name (number 2)"),
        ("AZURE_OPENAI_IMAGE_DEPLOYMENTS", "=model", "has an entry that is no deployment name (number 1)"),
        ("AZURE_OPENAI_IMAGE_HOSTS", "a.example,https://x", "has an entry that is no host (number 2)"),
        ("AZURE_OPENAI_IMAGE_HOSTS", ".com", "has an entry that is no host (number 1)"),
        ("PLAYGROUND_ALLOWED_HOSTS", "a.example,https://x", "has an entry that is no host (number 2)"),
        ("PLAYGROUND_ALLOWED_HOSTS", "*.example", "has an entry that is no host (number 1)"),
        ("PLAYGROUND_ALLOWED_HOSTS", "a.example:80", "has an entry that is no host (number 1)"),
        ("PORT", "65536", "is not a whole number from 1 to 65535"),
        ("PORT", "²", "is not a whole number from 1 to 65535"),
        ("PORT", "9" * 5000, "is not a whole number from 1 to 65535"),
    ],
)
def test_a_malformed_variable_is_named(variable: str, value: str, what: str) -> None:
    assert refused(**{variable: value}) == {variable: what}


def test_the_names_of_a_server_are_read_leniently() -> None:
    settings = read(PLAYGROUND_ALLOWED_HOSTS=" Play.Example.NET. , .example.org,gpubox, *,")
    assert settings.allowed_hosts == ("play.example.net", ".example.org", "gpubox", "*")


@pytest.mark.parametrize(
    ("env", "shared"),
    [
        ({}, False),
        ({"HOST": "localhost"}, False),
        ({"HOST": "127.0.0.2"}, False),
        ({"HOST": "0.0.0.0"}, True),  # noqa: S104
        ({"HOST": "::"}, True),
        ({"HOST": "192.168.1.5"}, True),
        ({"PLAYGROUND_ALLOWED_HOSTS": "play.example.net"}, True),
    ],
)
def test_nobody_reaches_this_machine_s_services_through_a_shared_server(
    env: dict[str, str], shared: bool
) -> None:
    settings = read(**env)
    assert settings.shared is shared
    assert ("localhost" in settings.allowed_endpoints) is not shared


def test_every_bad_variable_is_listed_at_once_and_no_value_is_repeated() -> None:
    names = ["ENDPOINT", "API_KEY", "API_KEY_2", "API_VERSION", "IMAGE_API_VERSION", "TEXT_DEPLOYMENTS"]
    names = [f"AZURE_OPENAI_{name}" for name in [*names, "IMAGE_DEPLOYMENTS", "IMAGE_HOSTS"]]
    names += ["PLAYGROUND_ALLOWED_HOSTS", "PORT"]
    with pytest.raises(ConfigError) as caught:
        Settings.from_env(dict.fromkeys(names, f"{CANARY} {CANARY}"))
    assert {problem.variable for problem in caught.value.problems} == set(names)
    assert all(name in str(caught.value) for name in names)
    assert not any(CANARY in text for text in strings(caught.value))


def test_lists_are_read_leniently() -> None:
    settings = read(
        AZURE_OPENAI_TEXT_DEPLOYMENTS=" text = davinci-002 ,, chat,",
        AZURE_OPENAI_IMAGE_HOSTS="Pictures.Example.net,.cdn.example",
        AZURE_OPENAI_API_VERSION="2024-10-21",
        PORT="1",
    )
    assert settings.text_deployments == (Deployment("text", "davinci-002"), Deployment("chat"))
    assert settings.picture_hosts == (".blob.core.windows.net", "pictures.example.net", ".cdn.example")
    assert (settings.api_version, settings.port) == ("2024-10-21", 1)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2024-10-21", True), ("2023-06-01-preview", True), ("preview", False), ("2024-10-21\n", False)],
)
def test_an_api_version_is_a_date(version: str, expected: bool) -> None:
    assert is_dated(version) is expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v1", True), ("preview", True), ("2024-10-21", True), ("2023-06-01-preview", True)]
    + [("", False), ("V1", False), ("v1\n", False), ("v2", False), ("2024-10-21-beta", False)],
)
def test_an_api_version_may_also_name_the_route_without_dates(version: str, expected: bool) -> None:
    assert is_version(version) is expected
    if version.strip() == version and version:
        assert expected is (read_version(version) == version)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".env").write_text(f"AZURE_OPENAI_ENDPOINT={ENDPOINT}\nAZURE_OPENAI_API_KEY=k\nPORT=1\n")
    code = "from services.config import Settings; s = Settings.from_env(); print(s.endpoint, s.port)"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PORT": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [ENDPOINT, "2"]


# -- secrets


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        "{:>80}".format,
        "%s".__mod__,
        lambda secret: f"{secret!r}",
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        lambda secret: json.dumps({"key": secret}, default=str),
        lambda secret: repr(Settings(keys=(secret,), signing_secret=secret)),
        lambda secret: dataclasses.asdict(Settings(keys=(secret,))),
        lambda secret: dataclasses.astuple(Settings(signing_secret=secret)),
        lambda secret: pickle.dumps(Settings(keys=(secret,))),
        lambda secret: repr(dataclasses.replace(Settings(keys=(secret,)), port=1)),
        vars,
        dir,
        bytes,
    ],
)
def test_a_secret_never_shows_itself(show: Callable[[Any], Any]) -> None:
    try:
        shown = show(Secret(CANARY))
    except TypeError as error:
        shown = error
    assert CANARY not in str(shown) and CANARY not in repr(shown)
    assert CANARY.encode() not in (shown if isinstance(shown, bytes) else b"")


def test_a_secret_can_be_revealed() -> None:
    assert Secret(CANARY).reveal() == CANARY
