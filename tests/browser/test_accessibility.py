"""No serious or critical violation of axe's rules that this code causes, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.azure_bodies import IMAGE_BLOCKED, choice, completion, prompt_chunk, safety, sse, succeeded
from tests.browser.conftest import Visit
from tests.browser.playground import Playground
from tests.browser.screen import ask, drawn, facts, open_page, pictures
from tests.upstream import Upstream

# Violations in markup and colours that Streamlit makes: rule id → a part of the element's HTML. The key on a
# button and the grey of captions are transparent text; a primary colour of the dark theme cannot have enough
# contrast both below white and above the dark background.
STREAMLIT = {
    "light": {"color-contrast": ('aria-label="Shortcut', "stCaptionContainer")},
    "dark": {"color-contrast": ('aria-label="Shortcut', "stSliderThumbValue", "stBaseButton-primary")},
}
SCHEMES = ("light", "dark")
AROUND = """element => {  // the tags that the element stands in, itself included
  const tags = []
  for (; element.dataset.testid !== "stElementContainer" && element !== document.body;
       element = element.parentElement) tags.push(element.cloneNode(false).outerHTML)
  return tags.join(" ")
}"""


def violations(page: Page, scheme: str) -> list[str]:
    """The rules that are broken, and by which element."""
    drawn(page)
    found = []
    for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
        if rule["impact"] in ("serious", "critical"):
            known = STREAMLIT[scheme].get(rule["id"], ())
            for node in rule["nodes"]:
                around = page.locator(node["target"][0]).first.evaluate(AROUND)
                if not any(part in around for part in known):
                    found.append(f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}")
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_page(visit: Visit, azure: Upstream, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    cut = choice(" there", 1, "content_filter", filters=safety(violence="high"))
    whole = [choice(" Once", 0, "stop"), cut]
    azure.enqueue("completions", sse(prompt_chunk(hate="low"), completion(*whole, usage=(3, 2))))
    open_page(page, playground.url)
    assert violations(page, scheme) == []
    ask(page, "Hi")
    expect(facts(page)).to_be_visible()
    page.get_by_text("Content filter annotations").click()
    assert violations(page, scheme) == []
    azure.close()
    ask(page, "Anybody?")
    expect(page.get_by_text("Cannot reach")).to_be_visible()
    assert violations(page, scheme) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_images_page(visit: Visit, azure: Upstream, playground: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/x/0.png", IMAGE_BLOCKED))
    open_page(page, playground.url, "/images")
    assert violations(page, scheme) == []
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(1)
    page.get_by_text("Timeline:").click()
    assert violations(page, scheme) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sandbox_frame(visit: Visit, sandbox: Playground, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    open_page(page, sandbox.url)
    assert violations(page, scheme) == []
