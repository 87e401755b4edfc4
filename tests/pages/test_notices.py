"""What everybody on a server should know stands on every page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services import Services
from tests.pages.browsing import IMAGES, TEXT, Tab


@pytest.mark.parametrize("page", [TEXT, IMAGES])
def test_a_database_that_was_put_aside_is_told_on_every_page(
    start: Callable[..., Services], visit: Callable[..., Tab], services: Services, tmp_path: Path, page: str
) -> None:
    assert not visit().go(page).at.warning
    services.close()
    (tmp_path / "data" / "playground.db").write_bytes(b"garbage" * 1_000)
    told = [warning.value for warning in visit(server=start()).go(page).at.warning]
    assert len(told) == 1 and "the history begins anew" in told[0]


def test_a_notice_is_text_whatever_it_looks_like(
    visit: Callable[..., Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = "the file **a** ![b](http://127.0.0.1/c) <img src=x> $d$ is gone"
    monkeypatch.setattr(Services, "notices", (notice,))
    (warning,) = visit().go(TEXT).at.warning
    for live in ("**a**", "![b](", " <img", " $d$"):
        assert live not in warning.value
    assert warning.value.replace("\\", "").replace("\u2060", "") == notice
