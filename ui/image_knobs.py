"""The knobs of an image request: only those that the chosen deployment's family has."""

from collections.abc import Sequence

import streamlit as st

from services import ImageFamily, Services, size_problem
from ui import widgets
from ui.parameters import ROUTE, plain_size
from ui.plain import escape

VERSIONS = ("2024-02-01", "2024-10-21", "2025-04-01-preview", "v1", "preview")
_HELP = {
    "image-quality": "How much work goes into a picture. "
    "Lower it for drafts, raise it for the final one; it costs more.",
    "image-style": "Vivid is dramatic and over-real; natural is calmer. "
    "Choose natural for photographs of plain things.",
    "image-background": "Whether the picture has one. "
    "Choose transparent for logos and cut-outs; it needs the format png.",
    "image-format": "The file the service makes. Choose jpeg for smaller files, png for exact ones.",
    "image-moderation": "How strictly the service filters. "
    "Low lets more through; what is blocked may still be billed.",
}


def draw(services: Services) -> None:
    """The parameters of an image request, the deployment first where there is one to choose."""
    st.subheader("Parameters", anchor=False)
    _deployment(services)
    deployment = st.session_state["image-deployment"]
    family = services.deployments.image_family(deployment or None)
    _size(family)
    several = f"from 1 to {family.most}. Ask for several to choose from; each one is billed."
    widgets.number_input(
        "image-n",
        help="How many pictures to make from the same prompt"
        + (f", {several}" if family.most > 1 else ". This model makes one at a time."),
    )
    _choice("image-quality", family.qualities)
    _choice("image-style", family.styles)
    _choice("image-background", family.backgrounds)
    _choice("image-format", family.formats)
    if family.formats and st.session_state["image-format"] == "jpeg":
        widgets.slider(
            "image-compression",
            (0, 100),
            help="How much of the detail is kept, in per cent. Lower it for smaller files.",
        )
    _choice("image-moderation", family.moderations)
    if family.previews:
        widgets.slider(
            "image-previews",
            (0, family.previews),
            help="How often a single picture is shown while it is drawn. Lower it to pay for fewer tokens.",
        )
    if deployment:
        _version("v1" if services.settings.v1_path else family.api_version)


def _deployment(services: Services) -> None:
    names = [deployment.name for deployment in services.settings.image_deployments]
    if not names:
        st.session_state["image-deployment"] = None
        return
    if st.session_state["image-deployment"] not in ("", *names):
        st.session_state["image-deployment"] = "" if services.sandbox else names[0]
        _switched(services)
    widgets.selectbox(
        "image-deployment",
        [*names, ""],
        format_func=lambda name: name or f"none ({ROUTE})",
        on_change=_switched,
        args=(services,),
        help="The name under which an image model was deployed. "
        "Without one, the request goes to the older route that is submitted and polled (DALL·E 2).",
    )


def _switched(services: Services) -> None:
    """What belongs to the deployment before goes back to the new one's default."""
    family = services.deployments.image_family(st.session_state["image-deployment"] or None)
    st.session_state["image-api-version"] = None
    size = st.session_state["image-size"]
    st.session_state["image-size"] = size if size in family.sizes else family.sizes[0]


def _size(family: ImageFamily) -> None:
    chosen = st.session_state["image-size"]
    if chosen not in family.sizes and not family.free_size:
        st.session_state["image-size"] = chosen = family.sizes[0]
    widgets.selectbox(
        "image-size",
        list(dict.fromkeys([*family.sizes, chosen])),
        accept_new_options=family.free_size,
        help="Width by height, in pixels. Smaller pictures come sooner; larger ones show more detail.",
    )
    if wrong := size_problem(family, plain_size(chosen)):
        st.caption(f":material/error: {escape(wrong)}")


def _choice(key: str, options: Sequence[str]) -> None:
    if not options:
        return
    if st.session_state[key] not in options:
        st.session_state[key] = options[0]
    widgets.selectbox(key, options, help=_HELP[key])


def _version(default: str) -> None:
    if st.session_state["image-api-version"] is None:
        st.session_state["image-api-version"] = default
    widgets.api_version("image-api-version", VERSIONS)
