"""Sizes of servers as columns

Revision 0002, after 0001. What a server takes is summed up at each creation: from columns in an index, no longer from
its flavor's JSON. `waits_for` was never shown, and ports are bound when a host is chosen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLE = "compute_server"


def upgrade() -> None:
    for name in ("vcpus", "ram", "disk"):
        op.add_column(TABLE, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    number = "(flavor->>'{}')::int" if op.get_context().dialect.name == "postgresql" else "json_extract(flavor, '$.{}')"
    vcpus, ram, disk, ephemeral = (number.format(name) for name in ("vcpus", "ram", "disk", "ephemeral"))
    op.execute(f"UPDATE compute_server SET vcpus = {vcpus}, ram = {ram}, disk = {disk} + {ephemeral}")  # noqa: S608
    op.drop_index(op.f("ix_compute_server_host_id"), table_name=TABLE)
    op.create_index("ix_compute_server_on_host", TABLE, ["host_id", "vcpus", "ram", "disk"])
    op.create_index("ix_compute_server_of_user", TABLE, ["project_id", "user_id", "vcpus", "ram"])
    op.execute("UPDATE compute_server SET host_id = NULL WHERE NOT ports_bound")  # they are placed again, with ports
    op.drop_column(TABLE, "waits_for")
    op.drop_column(TABLE, "ports_bound")
