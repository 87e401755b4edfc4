"""The work of a text run: from the blocks of the wire to what its followers see."""

import contextlib
from collections.abc import Callable

from services.azure import Azure
from services.azure.snapshots import SnapshotBuilder, TextSnapshot
from services.azure.text_stream import Block
from services.errors import ServiceError
from services.runs import Run, RunState, paced


def complete(run: Run[TextSnapshot], azure: Azure, frame_s: Callable[[], float]) -> None:
    """Asks for the completion and publishes it as it grows, at most once a frame."""
    builder = SnapshotBuilder(run.request)
    try:
        with contextlib.closing(azure.stream(run.request, run)) as blocks:
            for block in paced(blocks, Block.ahead, run.stopping.wait, frame_s):
                run.publish(builder.add(block))
                if run.stopping.is_set():
                    return
    except ServiceError as error:
        run.publish(builder.snapshot(complete=False))
        run.end(RunState.INCOMPLETE if run.value.choices else RunState.FAILED, error)
    else:
        run.end(RunState.DONE if run.value.complete else RunState.INCOMPLETE)
