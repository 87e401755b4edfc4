"""The tables. Whoever changes one adds a migration."""

from typing import Any

import sqlalchemy as sa

TABLES = sa.MetaData()


class Text(sa.TypeDecorator[str]):
    """Text that SQLite takes whatever it holds: a lone surrogate is written as its escape."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Called for each text that goes into a statement."""
        return value if value is None else value.encode("utf-8", "backslashreplace").decode()


OPERATIONS = sa.Table(
    "operations",
    TABLES,
    sa.Column("id", Text, primary_key=True),
    sa.Column("owner", Text, nullable=False),
    sa.Column("intent", Text, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("operation_id", Text, nullable=False),  # ours, sent as Operation-Id
    sa.Column("service_id", Text),  # the service's
    sa.Column("state", Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("submitted_at", sa.Float),
    sa.Column("next_poll_at", sa.Float),
    sa.Column("worker", Text),
    sa.Column("lease_until", sa.Float, nullable=False, server_default="0"),
    sa.Column("polls", sa.JSON, nullable=False),
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("filter", sa.JSON),
    sa.Column("error", sa.JSON),
    sa.Column("expires_at", sa.Float),
    sa.Column("waiting", sa.JSON(none_as_null=True)),  # the pause before another try
    sa.Column("notice", Text),
    sa.Column("usage", sa.JSON(none_as_null=True)),
    sa.Column("deployment", Text),
    sa.Column("search", sa.LargeBinary, nullable=False, server_default=""),  # see search.py
    sa.Column("favourite", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("keep", sa.Boolean, nullable=False, server_default="1"),
    sa.Column("seen_at", sa.Float, nullable=False, server_default="0"),  # of one that is not kept
    sa.Column("deleted_at", sa.Float),
    sa.UniqueConstraint("owner", "intent"),
    sa.Index("operations_by_state", "state", "created_at"),
    sa.Index("operations_by_owner", "owner", "created_at", "id"),
)

RUNS = sa.Table(
    "runs",
    TABLES,
    sa.Column("id", Text, primary_key=True),
    sa.Column("owner", Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("state", Text, nullable=False),  # of the run, see RunState
    sa.Column("outcome", Text, nullable=False),  # what the history shows
    sa.Column("lease_until", sa.Float, nullable=False),  # a running one past this was cut off by a crash
    sa.Column("seconds", sa.Float),
    sa.Column("favourite", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("deleted_at", sa.Float),
    sa.Column("deployment", Text, nullable=False),
    sa.Column("search", sa.LargeBinary, nullable=False),
    sa.Column("excerpt", sa.JSON, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("error", sa.JSON),
    sa.Column("snapshot", sa.LargeBinary, nullable=False),
    sa.Column("notice", Text),
    sa.Index("runs_by_owner", "owner", "created_at", "id"),
)

DRAFTS = sa.Table(
    "drafts",
    TABLES,
    sa.Column("owner", Text, primary_key=True),
    sa.Column("page", Text, primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)

PRESETS = sa.Table(
    "presets",
    TABLES,
    sa.Column("owner", Text, primary_key=True),
    sa.Column("page", Text, primary_key=True),
    sa.Column("name", Text, primary_key=True),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)

LESSONS = sa.Table(
    "lessons",
    TABLES,
    sa.Column("origin", Text, primary_key=True),
    sa.Column("deployment", Text, primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
)
