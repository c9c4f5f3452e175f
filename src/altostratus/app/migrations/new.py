"""Write a new revision from what the tables have become: python -m altostratus.app.migrations.new "what changes" """

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from altostratus.app.schema import HEAD, alembic_config, upgrade


def main() -> None:
    """Compare the code's tables with those of the newest revision; HEAD in app/schema.py must then be raised."""
    number = f"{int(HEAD) + 1:04}"
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'schema.db'}"
        upgrade(url, Path(scratch))
        engine = create_engine(url)
        with engine.connect() as connection:
            command.revision(alembic_config(connection), sys.argv[1], autogenerate=True, rev_id=number)
    print(f"Read it, test it on both engines, and set HEAD = {number!r} in app/schema.py.")


if __name__ == "__main__":
    main()
