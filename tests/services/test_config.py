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
from services.config import Secret, is_dated, is_loopback
from tests.services.following import KEY_1, KEY_2, strings

ROOT = Path(__file__).parents[2]
ENDPOINT = "https://name.openai.azure.com"
CANARY = "CANARY-VALUE"


def read(**env: str) -> Settings:
    pairs = {"AZURE_OPENAI_ENDPOINT": ENDPOINT, "AZURE_OPENAI_API_KEY": KEY_1, **env}
    return Settings.from_env({name: value for name, value in pairs.items() if value})


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
        ("name.openai.azure.com", "has no scheme"),
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
        ("AZURE_OPENAI_API_VERSION", "v1", "is not a dated api-version"),
        ("AZURE_OPENAI_API_VERSION", "2024-10-21 ; x", "is not a dated api-version"),
        ("AZURE_OPENAI_IMAGE_API_VERSION", "2024-10", "is not a dated api-version"),
        ("AZURE_OPENAI_TEXT_DEPLOYMENTS", "a,b/c", "has an entry that is no deployment name (number 2)"),
        ("AZURE_OPENAI_IMAGE_DEPLOYMENTS", "=model", "has an entry that is no deployment name (number 1)"),
        ("AZURE_OPENAI_IMAGE_HOSTS", "a.example,https://x", "has an entry that is no host (number 2)"),
        ("AZURE_OPENAI_IMAGE_HOSTS", ".com", "has an entry that is no host (number 1)"),
        ("PLAYGROUND_QUOTA_MB", "-1", "is not a whole number from 10 to 10000000"),
        ("PORT", "65536", "is not a whole number from 1 to 65535"),
        ("PORT", "²", "is not a whole number from 1 to 65535"),
        ("PORT", "9" * 5000, "is not a whole number from 1 to 65535"),
    ],
)
def test_a_malformed_variable_is_named(variable: str, value: str, what: str) -> None:
    assert refused(**{variable: value}) == {variable: what}


def test_every_bad_variable_is_listed_at_once_and_no_value_is_repeated() -> None:
    names = ["ENDPOINT", "API_KEY", "API_KEY_2", "API_VERSION", "IMAGE_API_VERSION", "TEXT_DEPLOYMENTS"]
    names = [f"AZURE_OPENAI_{name}" for name in [*names, "IMAGE_DEPLOYMENTS", "IMAGE_HOSTS"]]
    names += ["PLAYGROUND_QUOTA_MB", "PORT"]
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
