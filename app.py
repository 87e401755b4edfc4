"""The server: `streamlit run app.py`, `uvicorn app:app` and `python app.py` all serve the playground.

The page itself is ui/shell.py. Here stand what surrounds it: start and end of the services, the route that
hands out pictures, and the headers of every response.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from services import MEDIA_TYPES, ConfigError, NotFound, ServiceError, Services, Settings, address
from ui import early, posture, session, sockets
from ui.admission import Admission
from ui.middleware import OwnerCookie, Preload, SecurityHeaders, owner_of
from ui.turns import Sending

ROOT = Path(__file__).parent
_LOG = logging.getLogger("playground")


def start() -> Services:
    """The services, once settings and server options are safe together. Raises ServiceError."""
    settings = Settings.from_env()
    if problems := posture.problems(settings):
        raise ConfigError(problems)
    return Services(settings)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Starts the services before the first page and ends them after the last; bad settings show as a page."""
    sockets.send_at_once()
    try:
        session.holder.services = await anyio.to_thread.run_sync(start)
    except ServiceError as error:
        session.holder.problem = error
        for problem in error.problems if isinstance(error, ConfigError) else ():
            _LOG.error("%s %s. %s", problem.variable, problem.what, problem.mend)
        _LOG.error("%s %s", error, error.advice)
    early.load(early.FIRST_PAGE)
    try:
        yield
    finally:
        if session.holder.services:
            await anyio.to_thread.run_sync(session.holder.services.close)
        session.holder.services = session.holder.problem = None


async def healthz(_: Request) -> Response:
    """200 while the services run, 503 while the settings keep them from starting."""
    ready = session.holder.services is not None
    return JSONResponse({"ok": ready}, status_code=200 if ready else 503)


async def picture(request: Request) -> Response:
    """A picture for its owner's browser: the one to look at, or the original as an attachment."""
    services = session.holder.services
    try:
        if services is None:
            raise NotFound("There is no such picture.")
        owner = owner_of(request.scope, services.secret)
        key, query = request.path_params["key"], dict(request.query_params)
        path, variant = await anyio.to_thread.run_sync(services.open_picture, key, query, owner)
    except NotFound as error:
        return PlainTextResponse(str(error), status_code=404)
    suffix = path.suffix.removeprefix(".")
    response = FileResponse(
        path,
        media_type=MEDIA_TYPES[suffix],
        filename=f"picture-{path.stem[:12]}.{suffix}" if variant == "original" else None,
    )
    response.headers["Cache-Control"] = "private, max-age=43200, immutable"
    return response


async def export(request: Request) -> Response:
    """A history to take along, for its owner's browser: written as it is sent, never held whole."""
    services, name = session.holder.services, request.path_params["name"]
    try:
        if services is None:
            raise NotFound("There is nothing here for this browser.")
        owner, query = owner_of(request.scope, services.secret), dict(request.query_params)
        content = await anyio.to_thread.run_sync(services.exports.open, name, query, owner)
    except NotFound as error:
        return PlainTextResponse(str(error), status_code=404)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


app = st.App(
    ROOT / "ui" / "shell.py",
    lifespan=lifespan,
    routes=[Route("/healthz", healthz), Route("/pictures/{key}", picture), Route("/exports/{name}", export)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(Admission, holder=session.holder),
        Middleware(Preload),
        Middleware(Sending),
        Middleware(OwnerCookie, holder=session.holder),
    ],
)

if __name__ == "__main__":
    host, port = address()
    app.run(config={"server.address": host, "server.port": port})
