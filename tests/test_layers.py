"""The layers: pages use ui, ui uses services, services use nobody; each library is imported in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("app", "pages", "sandbox", "services", "tests", "ui")


def modules(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found, folders
    return found


def imports(path: Path) -> Iterator[str]:
    """The full names of what a module imports, also within functions and through `importlib`."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
            "import_module",
            "__import__",
        ):
            yield ast.literal_eval(node.args[0])


def importers(name: str, *folders: str) -> set[str]:
    """The modules that import a package or anything inside it."""
    return {
        str(path.relative_to(ROOT))
        for path in modules(*folders)
        if any(each == name or each.startswith(f"{name}.") for each in imports(path))
    }


@pytest.mark.parametrize("name", ["streamlit", "ui", "pages", "sandbox", "app", "tests"])
def test_services_know_nothing_above_them(name: str) -> None:
    assert importers(name, "services") == set()


TRANSPORT = "services/azure/transport.py"
CONNECTIONS = "services/azure/connections.py"  # what requests has no word for: reads by the clock, hanging up


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("requests", {TRANSPORT}),
        ("urllib3", {TRANSPORT, CONNECTIONS}),
        ("http.client", {CONNECTIONS}),
        ("httpx", set()),
        ("aiohttp", set()),
        ("urllib.request", set()),
    ],
)
def test_one_module_of_the_services_speaks_http(name: str, where: set[str]) -> None:
    assert importers(name, "services", "ui", "pages") == where


@pytest.mark.parametrize(("name", "where"), [("sqlite3", set()), ("PIL", {"services/pictures/decode.py"})])
def test_one_module_of_the_services_knows_each_library(name: str, where: set[str]) -> None:
    assert importers(name, "services", "ui", "pages") == where


def test_the_store_alone_speaks_sql() -> None:
    found = importers("sqlalchemy", "services", "ui", "pages")
    assert found and {str(Path(path).parent) for path in found} == {"services/store"}


@pytest.mark.parametrize("name", ["sandbox", "tests", "app"])
def test_pages_and_ui_stay_in_their_layer(name: str) -> None:
    assert importers(name, "pages", "ui") == set()


def test_ui_knows_no_page() -> None:
    assert importers("pages", "ui") == set()


def test_pages_and_ui_import_only_what_services_export() -> None:
    tree = ast.parse((ROOT / "services/__init__.py").read_text(encoding="utf-8"))
    listed = next(node for node in tree.body if isinstance(node, ast.Assign))
    public = {f"services.{name}" for name in ast.literal_eval(listed.value)} | {"services"}
    for path in [*modules("pages", "ui"), ROOT / "app.py"]:
        found = {name for name in imports(path) if name == "services" or name.startswith("services.")}
        assert found <= public, path


def test_the_sandbox_is_a_program_of_its_own() -> None:
    for name in OURS:
        if name != "sandbox":
            assert importers(name, "sandbox") == set(), name
    assert importers("streamlit", "sandbox") == set()


@pytest.mark.parametrize("name", ["pickle", "dill", "cloudpickle", "shelve", "marshal"])
def test_nothing_is_pickled(name: str) -> None:
    assert importers(name, "services", "ui", "pages", "sandbox") == set()


def test_no_text_is_ever_rendered_as_html() -> None:
    for path in [*modules("ui", "pages"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path


@pytest.mark.parametrize("name", ["slider", "select_slider", "number_input", "text_area"])
def test_a_widget_that_starts_from_a_value_is_one_of_ours(name: str) -> None:
    """A browser that has its code late would send the lowest value as the person's choice."""
    calls = {path: path.read_text(encoding="utf-8").count(f"st.{name}(") for path in modules("ui", "pages")}
    assert {path.name for path, count in calls.items() if count} == {"widgets.py"}


def test_an_import_is_found_wherever_it_stands() -> None:
    found = set(imports(ROOT / "services/pictures/decode.py"))
    assert {"PIL", "PIL.Image", "services.errors.BadReply"} <= found
