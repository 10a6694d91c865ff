"""What Alembic runs. The connection, inside its transaction, is given by `worker.db.migrate`."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from worker.tables import metadata

_given = context.config.attributes


def _heard(
    ctx: MigrationContext,  # noqa: ARG001 -- Alembic passes all four by these names
    step: MigrationInfo,
    heads: Collection[Any],  # noqa: ARG001 -- as above
    run_args: Mapping[str, Any],  # noqa: ARG001 -- as above
) -> None:
    if _given.get("on_step"):
        _given["on_step"](f"{step.up_revision_id} {getattr(step.up_revision, 'doc', '')}".strip())


context.configure(
    connection=_given["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too: the transaction was begun by BEGIN IMMEDIATE
    render_as_batch=True,
    on_version_apply=_heard,
)
context.run_migrations()
