"""What a person set on a page, and what deployments taught."""

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from services.store.database import Database, Row
from services.store.tables import DRAFTS, LESSONS, PRESETS


class PageRows(Database):
    """The tables `drafts`, `presets` and `lessons`."""

    def save_draft(self, owner: str, page: str, content: Row) -> None:
        """Keeps what a person last committed on a page."""
        self._put(DRAFTS, {"owner": owner, "page": page}, content=content, saved_at=self._clock())

    def draft(self, owner: str, page: str) -> Row:
        """What `save_draft` kept; empty if nothing."""
        return self._content(DRAFTS, owner=owner, page=page)

    def save_preset(self, owner: str, page: str, name: str, settings: Row) -> None:
        """Keeps settings under a name; the same name is overwritten."""
        key = {"owner": owner, "page": page, "name": name}
        self._put(PRESETS, key, settings=settings, saved_at=self._clock())

    def presets(self, owner: str, page: str) -> dict[str, Row]:
        """The owner's presets of a page, by name."""
        table = PRESETS.c
        query = (
            sa.select(table.name, table.settings)
            .where(table.owner == owner, table.page == page)
            .order_by(table.name)
        )
        with self._read() as connection:
            return {name: settings for name, settings in connection.execute(query)}

    def delete_preset(self, owner: str, page: str, name: str) -> None:
        """Forgets a preset; one that is not there is no error."""
        table = PRESETS.c
        with self._write() as connection:
            connection.execute(
                PRESETS.delete().where(table.owner == owner, table.page == page, table.name == name)
            )

    def save_lesson(self, origin: str, deployment: str, content: Row) -> None:
        """Keeps what a service has taught about one of its deployments."""
        self._put(LESSONS, {"origin": origin, "deployment": deployment}, content=content)

    def lessons(self, origin: str) -> dict[str, Row]:
        """What `save_lesson` kept of a service, by deployment."""
        table = LESSONS.c
        query = sa.select(table.deployment, table.content).where(table.origin == origin)
        with self._read() as connection:
            return {deployment: content for deployment, content in connection.execute(query)}

    def delete_lesson(self, origin: str, deployment: str) -> None:
        """Forgets what a deployment taught; nothing to forget is no error."""
        table = LESSONS.c
        with self._write() as connection:
            connection.execute(LESSONS.delete().where(table.origin == origin, table.deployment == deployment))

    def _put(self, table: sa.Table, key: dict[str, str], **values: object) -> None:
        statement = insert(table).values(**key, **values)
        with self._write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))

    def _content(self, table: sa.Table, **key: str) -> Row:
        query = sa.select(table.c.content).where(*(table.c[name] == value for name, value in key.items()))
        with self._read() as connection:
            return connection.execute(query).scalar() or {}
