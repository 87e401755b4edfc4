"""What each deployment can do, what it has taught, and what is left of its limits."""

import time

import streamlit as st

from services import Deployment, Family, Headroom, ImageFamily, Lesson, Operation, Services
from ui.attempt import attempt, show_problem
from ui.knob_widgets import COMMON, MORE
from ui.parameters import label
from ui.plain import escape

_CALLS = {Operation.COMPLETION: "completions", Operation.CHAT: "chat"}
_UNKNOWN_CALL = "completions or chat: the first answer tells"


def draw(services: Services) -> None:
    """A card for each deployment: those of the settings, then others that have taught something."""
    settings, lessons = services.settings, services.deployments.lessons
    named = {deployment.name for deployment in settings.text_deployments}
    others = [Deployment(name) for name in sorted(lessons) if name not in named]
    for deployment in (*settings.text_deployments, *others):
        with _card(deployment):
            family = services.deployments.text_family(deployment.name)
            st.text(_text(family))
            _limits(services.deployments.headroom(deployment.name))
            if lesson := lessons.get(deployment.name):
                _lesson(services, deployment.name, lesson)
    for deployment in settings.image_deployments:
        with _card(deployment):
            st.text(_pictures(services.deployments.image_family(deployment.name)))
            _limits(services.deployments.headroom(deployment.name))
    if not settings.text_deployments:
        st.text("No text deployment is configured: type one on the text page.")
    if not settings.image_deployments:
        st.text("No image deployment is configured: images go to the route that is submitted and polled.")
    show_problem("lessons")


def _card(deployment: Deployment) -> st.delta_generator.DeltaGenerator:
    card = st.container(border=True, gap="small")
    model = f" = {escape(deployment.model, 60)}" if deployment.model else ""
    card.markdown(f"**{escape(deployment.name, 64)}**{model}")
    return card


def _text(family: Family) -> str:
    call = _CALLS.get(family.operation, _UNKNOWN_CALL) if family.operation else _UNKNOWN_CALL
    takes = ", ".join(label("completion", knob) for knob in COMMON | MORE if knob in family.knobs)
    return f"Text · {call}\nTakes: {takes or 'a prompt, and nothing else'}"


def _pictures(family: ImageFamily) -> str:
    most = f"up to {family.most} pictures" if family.most > 1 else "one picture"
    offered = {
        "size": family.sizes,
        "quality": family.qualities,
        "style": family.styles,
        "background": family.backgrounds,
        "output_format": family.formats,
        "moderation": family.moderations,
        "partial_images": family.previews,
    }
    takes = ", ".join(label("image", name) for name, values in offered.items() if values)
    return f"Images · {most} a request, prompts of up to {family.prompt_cap:,} characters\nTakes: {takes}"


def _limits(left: Headroom | None) -> None:
    if left is None:
        return
    st.text(f"Left of its limits: {left.words}, by an answer {_ago(left.at)}")


def _ago(at: float) -> str:
    minutes = round((time.time() - at) / 60)
    return f"{minutes} min ago" if minutes else "a moment ago"


def _lesson(services: Services, deployment: str, lesson: Lesson) -> None:
    learnt = [f"serves {_CALLS[lesson.operation]}"] if lesson.operation in _CALLS else []
    learnt += [f"does not take “{label('completion', name)}”" for name in lesson.without]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/school: Learnt from a refusal: {escape('; '.join(learnt))}")
        st.button(
            "Forget",
            key=f"lesson-{deployment}",
            help="Go back to what the model's name tells, as if nothing had been refused.",
            on_click=attempt,
            args=("lessons", services.deployments.forget, deployment),
        )
