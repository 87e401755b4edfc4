"""A server process that follows one completion and is killed in the middle of it."""

import sys
from pathlib import Path

from services import CompletionRequest, Deployment, Services, Settings
from services.config import Secret
from tests.services.following import KEY_1, ME

if __name__ == "__main__":
    services = Services(
        Settings(
            endpoint=sys.argv[1],
            keys=(Secret(KEY_1),),
            data_dir=Path(sys.argv[2]),
            text_deployments=(Deployment("text"),),
        )
    )
    run = services.complete(ME, CompletionRequest(deployment="text", prompt="Hi"))
    for value in run.changes(lambda: 0.05):
        if value.choices:
            print(run.id, flush=True)  # noqa: T201
            break
    run.stopping.wait()
