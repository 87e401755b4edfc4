"""How long a prompt is, said before it is sent."""

from collections.abc import Callable
from pathlib import Path

from services import Services, Settings
from tests.pages.browsing import Tab

LINE = "completion-tokens-in-prompt"


def test_nothing_is_said_of_an_empty_prompt(text: Tab) -> None:
    assert text.lines(LINE) == []


def test_where_nobody_counts_it_is_an_estimate_and_called_one(text: Tab) -> None:
    text.fill(prompt="x" * 4_001).at.run()
    assert text.lines(LINE) == ["About 1,001 tokens, an estimate"]
    text.fill(prompt="one").at.run()
    assert text.lines(LINE) == ["About 1 token, an estimate"]


def test_the_room_that_is_left_is_told_where_the_model_is_known(text: Tab) -> None:
    text.fill(prompt="x" * 400, deployment="gpt-4", max_tokens=92).at.run()
    assert text.lines(LINE) == [
        "About 100 tokens, an estimate · the model holds 8,192, answer included "
        "· 8,000 left beside the maximum length"
    ]


def test_what_does_not_fit_is_said_and_may_be_sent(text: Tab) -> None:
    text.generate("x" * 400, deployment="gpt-4", max_tokens=8_192)
    (line,) = text.lines(LINE)
    assert line.startswith(":material/warning: ")
    assert line.endswith("· 100 too many with the maximum length")
    assert "Hello from the fake" in text.look()


def test_a_count_is_asked_for_once_a_text(text: Tab, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        text.services.deployments, "count_tokens", lambda _, prompt: asked.append(prompt) or 7
    )
    text.fill(prompt="Hi").at.run()
    text.fill(temperature=0.5).at.run()
    assert text.lines(LINE) == ["7 tokens"]
    text.fill(prompt="Ho").at.run()
    assert asked == ["Hi", "Ho"]


def test_the_sandbox_counts_itself(visit: Callable[..., Tab], tmp_path: Path) -> None:
    services = Services(Settings(data_dir=tmp_path / "sandbox"))
    try:
        tab = visit(server=services)
        tab.fill(prompt="Once upon a time").at.run()
        (line,) = tab.lines(LINE)
        assert line.startswith("4 tokens · the model holds 2,048, answer included")
    finally:
        services.close()
