"""Takes the pictures of this folder: starts playgrounds, uses them as a person does, and keeps what is seen.

python -m docs.screenshots.take            all of them
python -m docs.screenshots.take history    those whose names begin so

Answers whose words matter come from the tests' fake service; pictures and the history come from the sandbox.
"""

import io
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.azure_bodies import chunk, prompt_chunk, safety, sse, usage_chunk
from tests.azure_reply import Json, Reply
from tests.browser import chromium
from tests.browser.conftest import KEY, connected_to
from tests.browser.playground import Playground
from tests.browser.screen import IDLE, answer, ask, button, drawn, facts, main, open_page, pictures, prompt
from tests.upstream import Upstream

Scene = Callable[[Page, str], None]

FOLDER = Path(__file__).parent
LARGEST = 150_000  # bytes of a file
TIMEOUT_MS = 120_000  # the sandbox's model on a busy machine
WIDE = {"viewport": {"width": 1280, "height": 900}}
DARK = {**WIDE, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 1000}, "is_mobile": True, "has_touch": True}
DEPLOYMENTS = {"AZURE_OPENAI_TEXT_DEPLOYMENTS": "text,chat=gpt-4.1"}

TALE = (
    " there was a lighthouse keeper who collected lost umbrellas. Every storm washed a few more ashore, and"
    " every morning he shook out the sand, mended the ribs and hung them from the rafters.\n\nBy the third"
    " winter the ceiling had become a garden of stripes and spots. Ships began to steer not by his lamp but"
    " by the colours in his window."
)
NAMES = (
    "\n1. Brolly & Bright\n2. The Dry Side\n3. Under Canvas",
    "\n1. Rain Check\n2. Ribs and Spokes\n3. Fair Weather Friends",
    "\n1. Puddle Club\n2. The Open Umbrella\n3. Cloud Nine Canopies",
)
GUESSES = (  # a token, how likely it was, and what else could have stood there
    (" Paris", 0.91, {" Paris": 0.91, " the": 0.03, " located": 0.02, " a": 0.01, " one": 0.01}),
    (",", 0.48, {",": 0.48, ".": 0.41, " and": 0.05, ";": 0.02, " (": 0.01}),
    (" a", 0.21, {" which": 0.34, " a": 0.21, " the": 0.19, " home": 0.08, " where": 0.04}),
    (" city", 0.72, {" city": 0.72, " place": 0.11, " town": 0.04, " metropolis": 0.03, " capital": 0.01}),
    (" of", 0.55, {" of": 0.55, " that": 0.17, " with": 0.12, " known": 0.09, " on": 0.02}),
    (" rivers", 0.03, {" light": 0.52, " about": 0.18, " more": 0.09, " love": 0.06, " lights": 0.05}),
    (" and", 0.61, {" and": 0.61, ",": 0.27, ".": 0.07, " that": 0.01, " on": 0.01}),
    (" bridges", 0.38, {" bridges": 0.38, " canals": 0.14, " light": 0.08, " gardens": 0.06, " roads": 0.03}),
    (".", 0.88, {".": 0.88, ",": 0.06, " on": 0.02, " that": 0.01, ":": 0.01}),
)


def words(text: str, index: int = 0) -> list[Json]:
    return [chunk(word, index) for word in text.replace(" ", "\x00 ").split("\x00") if word]


def guesses() -> Json:
    """The log probabilities of GUESSES as the service sends them."""
    tokens = [token for token, _, _ in GUESSES]
    return {
        "tokens": tokens,
        "token_logprobs": [math.log(likely) for _, likely, _ in GUESSES],
        "top_logprobs": [{token: math.log(p) for token, p in others.items()} for _, _, others in GUESSES],
        "text_offset": [len("".join(tokens[:i])) for i in range(len(tokens))],
    }


def answered(*parts: Json, count: int = 1, finish: str = "stop", **severity: str) -> Reply:
    """A streamed answer with its end, its annotations and its usage."""
    ends = [chunk("", index, finish, filters=safety(**severity)) for index in range(count)]
    return sse(prompt_chunk(), *parts, *ends, usage_chunk(6, 78))


def text(page: Page, url: str) -> None:
    open_page(page, url)
    ask(page, "Once upon a time")
    expect(facts(page)).to_be_visible()


def probabilities(page: Page, url: str) -> None:
    open_page(page, url)
    ask(page, "The capital of France is")
    expect(facts(page)).to_be_visible()
    drawn(page)
    button(page, "Regenerate with probabilities").click()
    tokens = answer(page).get_by_role("group", name="Answer, token by token").locator(".token")
    expect(tokens).to_have_count(len(GUESSES))
    drawn(page)
    fit(page)
    tokens.nth(5).click()
    expect(answer(page).get_by_role("dialog")).to_be_visible()


def cards(page: Page, url: str) -> None:
    open_page(page, url)
    page.get_by_role("spinbutton", name="Number of completions").fill("3")
    ask(page, "Three names for a shop that sells umbrellas:")
    expect(facts(page)).to_be_visible()


def filtered(page: Page, url: str) -> None:
    open_page(page, url)
    ask(page, "At the end of the long siege")
    expect(facts(page)).to_be_visible()


def choose(page: Page, name: str) -> None:
    """Chooses an example and generates from it."""
    button(page, "Examples").click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    expect(prompt(page)).not_to_have_value("")
    drawn(page)
    button(page, "Generate").click()


def image(page: Page, url: str, name: str = "Umbrella on the beach", count: int = 1) -> None:
    open_page(page, url, "/images")
    choose(page, name)
    expect(pictures(page)).to_have_count(count)
    page.locator(IDLE).wait_for()


def images(page: Page, url: str) -> None:
    image(page, url, "Filter: one image blocked", 2)
    page.get_by_text("Timeline:").click()
    expect(page.get_by_text("notRunning").first).to_be_visible()


def history(page: Page, url: str) -> None:
    for name, count in {"Umbrella on the beach": 1, "Penguins at sunset": 2, "City in the rain": 1}.items():
        image(page, url, name, count)
    for name in ("A list", "Filter: answer cut", "A function"):
        open_page(page, url)
        choose(page, name)
        expect(facts(page)).to_be_visible()
    open_page(page, url, "/history")
    page.get_by_role("button", name="Add to favourites").nth(3).click()
    expect(page.get_by_role("button", name="Remove from favourites")).to_be_visible()


def history_pictures(page: Page, url: str) -> None:
    for name, count in {"Red sailboat": 1, "Filter: one image blocked": 2, "City in the rain": 1}.items():
        image(page, url, name, count)
    image(page, url, "Penguins at sunset", 2)
    image(page, url)
    open_page(page, url, "/history")
    main(page).get_by_text("Pictures", exact=True).click()
    expect(page.get_by_role("link", name="penguins").first).to_be_visible()


def connection(page: Page, url: str) -> None:
    page.goto(f"{url}/connection")
    button(page, "Check the connection").click()
    expect(page.locator(".st-key-connection-result")).to_contain_text("chat")


ON_THE_FAKE: dict[str, tuple[Scene, dict[str, Any], tuple[Reply, ...]]] = {
    "text": (text, WIDE, (answered(*words(TALE)),)),
    "text-dark": (text, DARK, (answered(*words(TALE)),)),
    "probabilities": (
        probabilities,
        WIDE,
        (
            answered(),
            answered(chunk("".join(token for token, _, _ in GUESSES), logprobs=guesses())),
        ),
    ),
    "cards": (
        cards,
        WIDE,
        (answered(*(part for index, said in enumerate(NAMES) for part in words(said, index)), count=3),),
    ),
    "filtered": (
        filtered,
        WIDE,
        (answered(*words(" the knight lifted his sword and"), finish="content_filter", violence="high"),),
    ),
    "connection": (connection, WIDE, ()),
}
ON_THE_SANDBOX: dict[str, tuple[Scene, dict[str, Any]]] = {
    "images": (images, WIDE),
    "images-dark": (image, DARK),
    "images-phone": (image, PHONE),
    "history": (history, WIDE),
    "history-pictures": (history_pictures, WIDE),
}


@contextmanager
def serving(**settings: str) -> Iterator[str]:
    """The address of a playground with a data folder of its own."""
    with TemporaryDirectory() as folder:
        playground = Playground(Path(folder), **settings)
        playground.start()
        try:
            yield playground.url
        finally:
            playground.stop()


def fit(page: Page) -> None:
    """Makes the window as high as the page; a phone stays a phone."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if width > PHONE["viewport"]["width"]:
        page.locator(IDLE).wait_for()
        page.mouse.move(1, 1)
        end = page.locator(".st-key-footer").evaluate("e => e.getBoundingClientRect().bottom")
        above = main(page).evaluate("main => main.scrollTop")
        page.set_viewport_size({"width": width, "height": math.ceil(end + above) + 32})
        main(page).evaluate("main => main.scrollTop = 0")


def take(browser: Browser, name: str, scene: Scene, options: dict[str, Any], url: str) -> None:
    """Plays a scene for a new person and writes what the window shows at its end."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        scene(page, url)
        if not answer(page).get_by_role("dialog").is_visible():  # it closes when the window changes
            fit(page)
        page.locator(IDLE).wait_for()
        for picture in main(page).locator("img").all():
            expect(picture).not_to_have_js_property("naturalWidth", 0)
        shot = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    file = FOLDER / f"{name}.webp"
    for quality in (85, 70, 55):
        shot.save(file, quality=quality, method=6)
        if file.stat().st_size < LARGEST:
            break
    print(f"{file.name}: {file.stat().st_size // 1000} kB")  # noqa: T201


def take_all(begins: str = "") -> None:
    """Takes every picture whose name begins so."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            sys.exit(chromium.MISSING)
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
            with Upstream(keys=(KEY,)) as azure, serving(**connected_to(azure.url) | DEPLOYMENTS) as url:
                azure.defaults["other"] = {"object": "list", "data": []}
                for name, (scene, options, replies) in ON_THE_FAKE.items():
                    if name.startswith(begins):
                        azure.enqueue("completions", *replies)
                        take(browser, name, scene, options, url)
            with serving() as url:
                for name, (scene, options) in ON_THE_SANDBOX.items():
                    if name.startswith(begins):
                        take(browser, name, scene, options, url)


if __name__ == "__main__":
    take_all(*sys.argv[1:2])
