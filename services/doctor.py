"""The connection doctor: cheap checks one after the other, each with a tick or the mend."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.azure import Azure
from services.azure.families import Family
from services.azure.retry import Caller
from services.azure.text_request import CompletionRequest
from services.azure.versions import Operation
from services.config import Deployment, Settings
from services.errors import Refused, ServiceError, Unreachable
from services.runs import Run

_NO_LIST = (404, 405)  # a server may take the key and still have no list of models


@dataclass(frozen=True, slots=True)
class Check:
    """One check. passed: None where it was not made. words: what came of it. mend: what to do."""

    name: str
    passed: bool | None
    words: str
    mend: str = ""


def diagnose(
    run: Run[tuple[Check, ...]],
    settings: Settings,
    azure: Azure,
    family: Callable[[str], Family],
    *,
    embedded: bool = False,
) -> None:
    """Publishes one check after the other, until the run is stopped."""
    for check in examine(settings, azure, family, run, embedded=embedded):
        run.publish((*run.value, check))
        if run.stopping.is_set():
            return


def examine(
    settings: Settings,
    azure: Azure,
    family: Callable[[str], Family],
    caller: Caller,
    *,
    embedded: bool = False,
) -> Iterator[Check]:
    """Each key, then each text deployment with an answer of a few tokens; pictures cost too much to try.

    embedded: whether the sandbox answers, because nothing was configured.
    """
    if embedded:
        yield Check(
            "Endpoint",
            None,
            "Nothing is configured: the embedded sandbox answers.",
            "Set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY, or enter a connection of your own below.",
        )
    for key in range(max(1, len(settings.keys))):
        check = _key(azure, caller, key, f"KEY {key + 1}" if settings.keys else "Server")
        yield check
        if check.name == "Endpoint":
            return  # nothing behind it can be asked
    if not settings.text_deployments:
        yield Check(
            "Text deployments",
            None,
            "None is configured.",
            "Name them in AZURE_OPENAI_TEXT_DEPLOYMENTS, or type one on the text page.",
        )
    for deployment in settings.text_deployments:
        yield _deployment(azure, caller, deployment, family(deployment.name))
    for deployment in settings.image_deployments:
        yield Check(deployment.name, None, "Not tried: a picture would be billed.")


def _key(azure: Azure, caller: Caller, key: int, name: str) -> Check:
    try:
        azure.try_key(key, caller)
    except Unreachable as error:
        return Check("Endpoint", False, str(error), error.advice)
    except ServiceError as error:
        if isinstance(error, Refused) and error.status in _NO_LIST:
            return Check(name, True, "The server answers; it lists no models.")
        return Check(name, False, str(error), error.advice)
    return Check(name, True, "Accepted.")


def _deployment(azure: Azure, caller: Caller, deployment: Deployment, family: Family) -> Check:
    chat = family.operation is Operation.CHAT
    call = "chat" if chat else "completion"
    request = CompletionRequest(
        deployment=deployment.name,
        prompt="Hello",
        chat=chat,
        max_tokens=16,
        temperature=None,
        top_p=None,
        n=None,
        presence_penalty=None,
        frequency_penalty=None,
    )
    try:
        with contextlib.closing(azure.stream(request, caller)) as blocks:
            for block in blocks:
                if block.chunks:
                    break
    except ServiceError as error:
        return Check(deployment.name, False, f"{error} (tried as {call})", error.advice)
    return Check(deployment.name, True, f"Answers as {call}.")
