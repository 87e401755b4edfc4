"""What a person finds on a page, and what must never happen there."""

import re
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request

CONNECTED = '[data-testid="stApp"][data-test-connection-state="CONNECTED"]'
IDLE = f'{CONNECTED}[data-test-script-state="notRunning"]'
AT_HOME = ("127.0.0.1", "")  # no host: data: and blob:
HUMAN_MS = 60  # how long a finger holds a mouse button down
HEADINGS = {"/": "Text completion", "/images": "Image generation"}  # the pages with a prompt
OTHER_HEADINGS = {"/history": "History"}


@dataclass
class Watch:
    """Collects, over the whole life of a browser context, what no journey may cause."""

    strays: list[str] = field(default_factory=list)  # requests that leave this machine
    refused: list[str] = field(default_factory=list)  # what the content security policy had to stop
    errors: list[str] = field(default_factory=list)  # exceptions nobody caught
    dialogs: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("page", self._page)

    @property
    def found(self) -> dict[str, list[str]]:
        lists = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: found for name, found in lists.items() if found}

    def _request(self, request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in AT_HOME:
            self.strays.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)

    def _page(self, page: Page) -> None:
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))


def open_page(page: Page, url: str, path: str = "/") -> None:
    """Opens an address and waits until the page is drawn to its end."""
    page.goto(url + path)
    name = (HEADINGS | OTHER_HEADINGS)[urlsplit(path).path]
    page.get_by_role("heading", name=name, exact=True).wait_for()
    drawn(page)


def drawn(page: Page) -> None:
    """Waits until the server has nothing more to draw, all knobs included."""
    page.locator(IDLE).wait_for()
    if urlsplit(page.url).path in HEADINGS:
        page.get_by_role("button", name="Help for Number of").last.wait_for()
        main(page).get_by_role("button", name=re.compile(r"^(Generate|Stop)\b")).first.wait_for()


def go_to(page: Page, name: str) -> None:
    """Changes the page through the navigation."""
    page.get_by_role("link", name=name, exact=True).click(delay=HUMAN_MS)


def main(page: Page) -> Locator:
    """The page without the toolbar, which has a Stop of its own."""
    return page.get_by_test_id("stMain")


def prompt(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Prompt", exact=True)


def button(page: Page, name: str) -> Locator:
    """A button by the word on it; its accessible name may go on with a shortcut."""
    return main(page).get_by_role("button", name=re.compile(rf"^{name}\b"))


def ask(page: Page, text: str) -> None:
    """Types a prompt and presses Ctrl+Enter straight away."""
    prompt(page).fill(text)
    prompt(page).press("Control+Enter")


def exactly(text: str) -> re.Pattern[str]:
    """Matches the text as an escaped message shows it: with word joiners, which have no width."""
    return re.compile("\u2060?".join(map(re.escape, text)))


def answer(page: Page, position: int = 0) -> Locator:
    return page.locator(f"[class*='st-key-completion-text-{position}']:visible")


def facts(page: Page) -> Locator:
    """The line under a finished answer."""
    return page.locator(".st-key-completion-facts")


def pictures(page: Page) -> Locator:
    return page.locator('[class*="st-key-image-slot-"] img')


def status(page: Page) -> Locator:
    """Where an image operation stands."""
    return page.locator(".st-key-image-status")
