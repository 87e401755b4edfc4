"""What goes to the browser, noted down."""

from tests.pages.conftest import sent

__all__ = ["sent"]
