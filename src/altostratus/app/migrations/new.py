"""Write a new revision from what the tables have become:
python -m altostratus.app.migrations.new [--objects] "what changes" """

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from altostratus.app.schema import CLOUD, MIGRATIONS, OBJECTS, alembic_config, upgrade


def main() -> None:
    """Compare the code's tables with those of the newest revision; the head in app/schema.py must then be raised."""
    history = OBJECTS if "--objects" in sys.argv else CLOUD
    number = f"{int(history.head) + 1:04}"
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'schema.db'}"
        upgrade(url, Path(scratch), history)
        engine = create_engine(url)
        with engine.connect() as connection:
            config, folder = alembic_config(connection, history), str(MIGRATIONS / history.folder)
            command.revision(config, sys.argv[-1], autogenerate=True, rev_id=number, version_path=folder)
    print(f"Read it, test it on both engines, and raise the head to {number!r} in app/schema.py.")


if __name__ == "__main__":
    main()
