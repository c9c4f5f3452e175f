"""The `alto` command: operator verbs here, user verbs over HTTP alone. Every import beyond typer is lazy, because
`alto --help` should be there at once."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="alto",
    help="Altostratus: a whole cloud in one process. New here? `alto demo` takes you to a first VM.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
image_app = typer.Typer(help="Upload images.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(image_app, name="image")
keys_app = typer.Typer(help="Rotate the cloud's keys.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(keys_app, name="keys")
admin_app = typer.Typer(help="Get back into a cloud.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(admin_app, name="admin")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", envvar="ALTO_DATA_DIR", help="Where the cloud keeps its state.", show_default=False),
]
Simulate = Annotated[bool, typer.Option("--simulate", help="Simulated machines and networks: no root, no libvirt.")]
Server = Annotated[str, typer.Argument(help="The server's name or id.")]


class Problem(Exception):
    """Something the user can mend; the message says what happened and what to do."""


def main() -> None:
    """Run the command line; problems are one line on standard error and exit status 1."""
    try:
        app(prog_name="alto")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if type(error).__name__ not in ("Problem", "HostProblem", "StartError", "SchemaError", "BadSecret"):
            raise
        print(f"alto: {error}", file=sys.stderr)
        sys.exit(1)


# -- operator verbs ------------------------------------------------------------------------------------------


@app.command()
def demo(data_dir: DataDir = None) -> None:
    """From a bare machine to a shell on a first VM."""
    from altostratus.cli.demo import run_demo

    run_demo(data_dir)


@app.command()
def up(
    simulate: Simulate = False,
    data_dir: DataDir = None,
    listen: Annotated[
        str | None, typer.Option(help="ADDRESS:PORT to listen on.", show_default="127.0.0.1:8774")
    ] = None,
    public_url: Annotated[str | None, typer.Option(help="The URL by which clients reach the cloud.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    database: Annotated[str | None, typer.Option(help="postgresql+psycopg://… (default: SQLite).")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    detach: Annotated[bool, typer.Option("-d", "--detach", help="Run in the background.")] = False,
) -> None:
    """Start the cloud (--simulate: no root, no VMs)."""
    from altostratus.cli import operate

    given: dict[str, Any] = {
        "public_url": public_url,
        "tls_cert": tls_cert and tls_cert.absolute(),
        "tls_key": tls_key and tls_key.absolute(),
        "database": database,
        "log_level": log_level,
        "simulate": simulate or None,
    }
    sys.exit(operate.up(data_dir, simulate, listen, given, detach))


@app.command()
def down(
    data_dir: DataDir = None,
    simulate: Simulate = False,
    purge: Annotated[bool, typer.Option("--purge", help="Also remove every VM, network and all data.")] = False,
) -> None:
    """Stop the cloud; VMs and networks go on.

    With --purge everything that the cloud ever made on this machine is removed.
    """
    from altostratus.cli import operate

    operate.down(data_dir, simulate, purge)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="A server, to see what is done for it.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Show how the cloud (or one VM) is doing."""
    from altostratus.cli import show

    show.status(data_dir, name)


@app.command()
def doctor(
    data_dir: DataDir = None,
    listen: Annotated[str, typer.Option(help="ADDRESS:PORT the cloud is to listen on.")] = "127.0.0.1:8774",
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
) -> None:
    """Check this machine, and say how to mend it."""
    from altostratus.cli import places
    from altostratus.cli.doctor import doctor as examine

    sys.exit(examine(places.data_dir(data_dir), listen, fix))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write (.tar).")],
    data_dir: DataDir = None,
    simulate: Simulate = False,
) -> None:
    """Archive the cloud's state.

    Database, keys, configuration and images; not the disks of VMs.
    """
    from altostratus.cli import archive

    archive.backup(places_of(data_dir, simulate), file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `alto backup` wrote.")],
    data_dir: DataDir = None,
    simulate: Simulate = False,
) -> None:
    """Fill a data directory from a backup; VMs on this machine are adopted."""
    from altostratus.cli import archive

    archive.restore(places_of(data_dir, simulate), file)


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    context: typer.Context,
    fast: Annotated[bool, typer.Option("--fast", help="The part that takes under 90 seconds.")] = False,
    nightly: Annotated[bool, typer.Option("--nightly", help="Everything, the long tier too.")] = False,
) -> None:
    """Run the tests, from a checkout.

    Further arguments go to pytest.
    """
    from altostratus.cli.run_tests import run_tests as run_suite

    sys.exit(run_suite(fast, nightly, context.args))


Database = Annotated[str | None, typer.Option("--database", help="As for `alto up`.", show_default=False)]


@keys_app.command("rotate")
def keys_rotate(
    master: Annotated[bool, typer.Option("--master", help="Also the key of the database's secrets.")] = False,
    data_dir: DataDir = None,
    simulate: Simulate = False,
    database: Database = None,
) -> None:
    """Seal tokens with a new key.

    Nobody is logged out: older keys stay until what they sealed has expired. The cloud may run meanwhile.
    """
    from altostratus.cli import administer

    administer.rotate_keys(places_of(data_dir, simulate), database, master)


@admin_app.command("reset-password")
def admin_reset_password(
    user: Annotated[str, typer.Argument(help="The user's name.")] = "admin",
    domain: Annotated[str, typer.Option(help="The name of its domain.")] = "Default",
    data_dir: DataDir = None,
    simulate: Simulate = False,
    database: Database = None,
) -> None:
    """Give a user a new password, and unlock it.

    The password is read from standard input; from a terminal it is asked for.
    """
    from altostratus.cli import administer

    administer.reset_password(places_of(data_dir, simulate), database, user, domain)


@admin_app.command("bootstrap")
def admin_bootstrap(
    user: Annotated[str, typer.Argument(help="The administrator's name.")] = "admin",
    data_dir: DataDir = None,
    simulate: Simulate = False,
    database: Database = None,
) -> None:
    """Make a user the cloud's administrator again.

    For when every administrator is gone. The password is read as by reset-password.
    """
    from altostratus.cli import administer

    administer.bootstrap(places_of(data_dir, simulate), database, user)


# -- user verbs ----------------------------------------------------------------------------------------------


@app.command()
def launch(
    image: Annotated[str, typer.Argument(help="The image's name or id.")],
    name: Annotated[str | None, typer.Argument(help="The server's name (default: the image's).")] = None,
    flavor: Annotated[str | None, typer.Option(help="Default: the smallest that fits the image.")] = None,
    network: Annotated[str | None, typer.Option(help="Default: a private network made for you.")] = None,
    key: Annotated[Path | None, typer.Option(help="SSH public key (default: yours).")] = None,
    user_data: Annotated[Path | None, typer.Option(help="A script or cloud-config for the first boot.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Boot a VM that you can log in to.

    Makes what is missing: a network with a router, a key, a security group for SSH, a floating IP.
    """
    from altostratus.cli import booting

    booting.launch(data_dir, image, name, flavor, network, key, user_data)


@app.command()
def ls(data_dir: DataDir = None) -> None:
    """List VMs."""
    from altostratus.cli import show

    show.list_servers(data_dir)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ssh(context: typer.Context, name: Server, data_dir: DataDir = None) -> None:
    """Log in to a VM by SSH.

    NAME may be USER@NAME (default: root). Further arguments go to ssh.
    """
    from altostratus.cli import connect

    connect.ssh(data_dir, name, context.args)


@app.command()
def console(name: Server, data_dir: DataDir = None) -> None:
    """Open a VM's serial console."""
    from altostratus.cli import connect

    connect.console(data_dir, name)


@app.command()
def rm(name: Server, data_dir: DataDir = None) -> None:
    """Delete a VM with its floating IPs."""
    from altostratus.cli import booting

    booting.remove(data_dir, name)


@app.command()
def events(
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as things happen.")] = False,
    limit: Annotated[int, typer.Option(help="How many of the last.")] = 20,
    data_dir: DataDir = None,
) -> None:
    """Show what happened in the cloud."""
    from altostratus.cli import show

    show.events(data_dir, follow, limit)


@image_app.command("add")
def image_add(
    file: Annotated[Path, typer.Argument(help="A raw or qcow2 image.", exists=True, dir_okay=False)],
    name: Annotated[str | None, typer.Option(help="Default: the file's name.")] = None,
    public: Annotated[bool, typer.Option("--public", help="For every project.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Upload a raw or qcow2 image."""
    from altostratus.cli import images

    images.add(data_dir, file, name, public)


def places_of(data_dir: Path | None, simulate: bool) -> Path:
    """The data directory that is meant."""
    from altostratus.cli import places

    return places.data_dir(data_dir, simulate)
