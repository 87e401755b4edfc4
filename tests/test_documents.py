"""The documents are true where a program can tell: commands, settings, links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
VARIABLE = re.compile(r"\b(?:(?:AZURE_OPENAI|PLAYGROUND)_[A-Z0-9_]+|HOST|PORT)\b")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings() -> set[str]:
    """Every variable that the settings are read from."""
    source = (ROOT / "services/config.py").read_text(encoding="utf-8")
    return {name for name in re.findall(r'"([A-Z0-9_]+)"', source) if VARIABLE.fullmatch(name)}


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_readme_lists_every_make_target_and_no_other() -> None:
    assert set(re.findall(r"(?:^|`)make ([a-z]+)(?=`|  )", README, re.MULTILINE)) == TARGETS


def test_every_make_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) >= TARGETS


def test_the_readme_explains_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", README, re.MULTILINE)
    assert {name for row in rows for name in VARIABLE.findall(row)} == settings()


def test_the_example_of_the_settings_has_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z0-9_]+)=", example, re.MULTILINE)) == settings()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_every_screenshot_is_shown_and_small() -> None:
    for file in (ROOT / "docs/screenshots").glob("*.webp"):
        assert f"docs/screenshots/{file.name}" in README, file.name
        assert file.stat().st_size < 150_000, file.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_is_named_exists(page: Path) -> None:
    """A path with a folder of ours, in backticks."""
    for name in re.findall(
        r"`((?:services|ui|pages|sandbox|tests|bench|docs)/[\w./-]*)`", page.read_text("utf-8")
    ):
        assert (ROOT / name).exists(), name
