"""What deployments taught by refusing something: kept per endpoint, and forgotten when somebody says so."""

from dataclasses import dataclass

from services.azure.families import ALL_KNOBS, Family
from services.azure.versions import Operation
from services.store import Store


@dataclass(frozen=True, slots=True)
class Lesson:
    """The call a deployment turned out to serve, None where nothing was learnt, and what it does not take."""

    operation: Operation | None = None
    without: tuple[str, ...] = ()

    def correct(self, known: Family) -> Family:
        """The family a name tells of, set right."""
        operation = self.operation or known.operation
        knobs = known.knobs if operation is known.operation else ALL_KNOBS  # its name misled
        return Family(operation, knobs - set(self.without))


class Lessons:
    """The table `lessons`, by the origin of a service and the name of a deployment."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, origin: str) -> dict[str, Lesson]:
        """Everything a service's deployments have taught."""
        kept = self._store.lessons(origin)
        return {
            deployment: Lesson(
                Operation(content["operation"]) if content.get("operation") else None,
                tuple(content.get("without", ())),
            )
            for deployment, content in kept.items()
        }

    def learn(self, origin: str, deployment: str, operation: Operation | None, without: str | None) -> None:
        """Adds to what a deployment has taught."""
        known = self.of(origin).get(deployment, Lesson())
        found = operation or known.operation
        self._store.save_lesson(
            origin,
            deployment,
            {
                "operation": found.value if found else None,
                "without": sorted({*known.without, without} - {None}),
            },
        )

    def forget(self, origin: str, deployment: str) -> None:
        """Back to what the name tells."""
        self._store.delete_lesson(origin, deployment)
