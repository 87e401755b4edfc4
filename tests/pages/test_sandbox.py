"""The pages on the embedded sandbox: every route it serves can be chosen, the quickstarts' own come first."""

from collections.abc import Callable

from services import Services
from tests.pages.browsing import IMAGES, TEXT, Tab
from tests.pages.test_connection import CONNECTION


def test_its_deployments_can_be_chosen(start: Callable[..., Services], visit: Callable[..., Tab]) -> None:
    server = start(endpoint=None, keys=())
    tab = visit(server=server).go(TEXT)
    text = tab.at.selectbox(key="completion-deployment")
    assert text.options == ["sandbox-text", "sandbox-chat", "sandbox-text-async", "sandbox-chat-async"]
    assert text.value == "sandbox-text"
    images = tab.go(IMAGES).at.selectbox(key="image-deployment")
    assert images.options == ["sandbox-image", "none (submit and poll)"]
    assert images.value == ""
    tab.fill(deployment="sandbox-image").at.run()
    assert tab.value("deployment") == "sandbox-image"
    assert "Images · up to 10 pictures" in tab.go(CONNECTION).look("connection-deployments")


def test_its_code_says_its_key_which_is_no_secret(
    start: Callable[..., Services], visit: Callable[..., Tab]
) -> None:
    tab = visit(server=start(endpoint=None, keys=())).generate("Describe a food fight to the death.")
    tab.at.session_state["completion-code"] = True
    tab.at.run()
    assert any("AZURE_OPENAI_API_KEY, here sandbox-key-1." in line for line in tab.all)
