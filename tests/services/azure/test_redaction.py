"""No spelling of a key or a signature gets through, and what is neither stays as it was."""

import html
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.azure.redaction import Redaction, message, word
from services.config import Secret

KEY = "CANARY+K1/0123==456789&abc"
SIGNATURE = "CANARY-S+a/b%2Bc%3D"
LINK = f"https://a.blob.core.windows.net/i/p.png?se=2030-01-01&sig={SIGNATURE}&sp=r"


def net(text: str) -> str:
    """JSON as .NET writes it."""
    return "".join(character if character.isalnum() else f"\\u{ord(character):04X}" for character in text)


SPELLINGS = {
    "plain": str,
    "json": json.dumps,
    "json twice": lambda text: json.dumps(json.dumps(text)),
    ".net": net,
    ".net lower": lambda text: net(text).lower(),
    "slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "percent": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "upper": str.upper,
    "letters escaped": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
}


@pytest.mark.parametrize("spelling", sorted(set(SPELLINGS) - {"percent twice"}))
def test_a_key_is_cut_out_however_it_is_spelt(spelling: str) -> None:
    text = f'{{"error": "you sent {SPELLINGS[spelling](KEY)} to us"}}'
    for cut in (Redaction([Secret(KEY)]).keys, Redaction([Secret(KEY)]).secrets):
        assert "CANARY" not in cut(text).upper()
        assert cut(text).startswith('{"error": "you sent') and cut(text).endswith('to us"}')


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_signature_is_cut_out_however_it_is_spelt(spelling: str) -> None:
    told = Redaction().secrets(f"see {SPELLINGS[spelling](LINK)} there")
    assert "CANARY" not in told.upper() and told.startswith("see") and told.endswith("there")


@pytest.mark.parametrize("before", ["?", "&", "\\u0026", "%26", "&amp;", ";", " ", "?a=b\\u0026", "", "x"])
@pytest.mark.parametrize("equals", ["=", "%3D", "%3d", "%253D", "\\u003d", "\\u003D", "&#61;", "&#x3D;"])
@pytest.mark.parametrize("name", ["sig", "SIG", "Sig"])
def test_a_signature_may_stand_behind_anything(before: str, equals: str, name: str) -> None:
    assert "CANARY" not in Redaction().secrets(f"u{before}{name}{equals}CANARY\\u002B1\\/2%2F3\\u0026se=1")


def test_json_stays_json_and_says_the_same_besides() -> None:
    body = {"error": {"code": "x", "message": f"Got {KEY} for {LINK}", "b": 'q"\\u0041\\', "é": "\u2028\x00"}}
    for text in (json.dumps(body), json.dumps(body, ensure_ascii=False)):
        told = json.loads(Redaction([Secret(KEY)]).secrets(text))["error"]
        assert {name: told[name] for name in ("code", "b", "é")} == {
            name: body["error"][name] for name in ("code", "b", "é")
        }


@given(st.text())
def test_what_holds_no_secret_is_not_touched(text: str) -> None:
    cut = Redaction([Secret(KEY)])
    if "\\u00" not in text:
        assert cut.keys(text) == text
    written = json.dumps(text)
    assert json.loads(cut.keys(written)) == text
    if "sig" not in text.lower():
        assert json.loads(cut.secrets(written)) == text


def test_an_answer_keeps_what_looks_like_a_signature() -> None:
    assert Redaction([Secret(KEY)]).keys(LINK) == LINK


def test_a_short_key_is_cut_out_of_errors_only() -> None:
    cut = Redaction([Secret("abc")])
    assert (cut.keys("abcabc"), cut.secrets("abcabc")) == ("abcabc", "(key)(key)")


def test_a_message_that_is_no_text_is_empty() -> None:
    assert [message(value) for value in (None, 5, [], {"a": 1})] == [""] * 4
    assert (len(message("m" * 9_000)), len(word("m" * 9_000))) == (2_000, 100)


@pytest.mark.parametrize(
    "text", ["sig=" * 100_000, "\\u00" * 100_000, "\\" * 400_000, "sig=\\" * 100_000, "sig=" + "\\" * 400_000]
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    Redaction([Secret(KEY)]).secrets(text)
    assert time.process_time() - began < 20  # quadratic would take minutes
