"""An empty register on each engine: a file of SQLite, a database of a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
import sqlalchemy as sa

from assets_db.store import Register, init_register, open_register

_BINARIES = Path("/usr/lib/postgresql/15/bin")
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a running server whose database ``template_register`` holds an empty register."""
    if not (_BINARIES / "initdb").exists() or not Path("/usr/share/postgresql/15/extension/postgis.control").exists():
        message = "install the Debian packages postgresql-15 and postgresql-15-postgis-3"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with _server() as url:
        _execute(url, "CREATE DATABASE template_register")
        init_register(f"{url}/template_register").engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty register."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'register.db'}"
        init_register(url)
        return url
    server = str(request.getfixturevalue("postgres_url"))
    name = f"register_{next(_NUMBERS)}"
    return new_database(server, name, "template_register")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server = str(request.getfixturevalue("postgres_url"))
    name = f"empty_{next(_NUMBERS)}"
    _execute(server, f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def register(register_url: str) -> Register:
    """An empty register."""
    return open_register(register_url)


@contextmanager
def _server() -> Iterator[str]:
    """Run a server of its own on a free port of this machine."""
    folder = Path(mkdtemp(prefix="siting-postgres-", dir="/tmp"))  # the path of a socket must be short
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=100"
    data = str(folder / "data")
    _run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        _run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _run(tool: str, *arguments: str) -> None:
    """Run a tool of the server, as user postgres where this is root."""
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run([str(_BINARIES / tool), *arguments], check=True, user=user, cwd="/tmp", stdout=subprocess.DEVNULL)  # noqa: S603, S108


def new_database(server: str, name: str, template: str) -> str:
    """Copy a database of the server and return the address of the copy."""
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server}/{name}"


def empty_beside(url: str, name: str) -> str:
    """Return the address of a database without tables on the same server, or in the same folder."""
    if url.startswith("sqlite"):
        return f"sqlite:///{Path(url.removeprefix('sqlite:///')).with_name(name + '.db')}"
    server, _, beside = url.rpartition("/")
    return new_database(server, f"{beside}_{name}", "template0")


def _execute(server: str, statement: str) -> None:
    """Run a statement outside any transaction."""
    engine = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
