"""PostgreSQL stopped, frozen, read-only, and its connections cut."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.server import Load, serving

pytestmark = pytest.mark.faults
WAIT = 6  # seconds that are promised: the wait of 5 and one more
HEALTHY = 5  # seconds after the fault
BUSY = 3  # times as long on a busy machine; docs/reliability.md has figures


class Cluster:
    """A throw-away PostgreSQL server, of the user postgres where tests run as root."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(folder, pwd.getpwnam("postgres").pw_uid)
        self._run("initdb", "--pgdata", f"{folder}/data", "--username", "postgres", "--auth", "trust")
        options = f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n"
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(options)
        self.url = f"postgres://postgres@/{folder}/postgres"

    def _run(self, program, *arguments):
        command = [*self.user, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=120)

    def start(self):
        self._run("pg_ctl", "--pgdata", f"{self.folder}/data", "--log", f"{self.folder}/log", "--wait", "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "--pgdata", f"{self.folder}/data", "--mode", mode, "stop")

    def query(self, text):
        self._run("psql", "--host", str(self.folder), "--username", "postgres", "--command", text)

    def processes(self):
        """Return the process ids of the server and its children."""
        main = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        children = subprocess.run(["pgrep", "-P", main], capture_output=True, text=True, check=False).stdout
        return [int(main), *map(int, children.split())]


@pytest.fixture
def cluster(tmp_path_factory):
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(path).resolve().parent for path in [shutil.which("initdb")] if path
    ]
    if not found:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="faults-"))  # short, for the socket, and of its user alone
    cluster = Cluster(folder, found[-1])
    cluster.start()
    yield cluster
    cluster.stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture
def server(cluster, tmp_path):
    with serving(tmp_path, database_url=cluster.url) as server:
        yield server


@contextmanager
def stopped(cluster):
    cluster.stop()
    yield
    cluster.start()


@contextmanager
def frozen(cluster):
    processes = cluster.processes()
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def read_only(cluster):
    cluster.query("ALTER SYSTEM SET default_transaction_read_only = on")
    cluster.query("SELECT pg_reload_conf()")
    time.sleep(0.5)
    yield
    cluster.query("ALTER SYSTEM RESET default_transaction_read_only")
    cluster.query("SELECT pg_reload_conf()")


@pytest.mark.parametrize("fault", [stopped, frozen, read_only])
def test_unusable_postgresql_is_unavailable_in_time_and_comes_back(server, cluster, figure, fault):
    assert server.post()[0] == 201
    with fault(cluster):
        server.wait_until(503, seconds=BUSY * WAIT)  # it remembers its last check for a second
        assert server.call("GET", "/livez")[0] == 200
        with Load(server, clients=4) as load:
            time.sleep(30 if fault is stopped else 10)
    back = server.wait_until(200, seconds=60)
    slowest = max(seconds for *_, seconds in load.answers)
    figure(
        "an unusable PostgreSQL is 503 in 6 s, and healthy 5 s after",
        f"{fault.__name__}: {len(load.answers)} answers in {slowest:.1f} s at most, ready {back:.1f} s after",
    )
    assert load.statuses() == {503}
    assert server.post()[0] == 201
    assert slowest < BUSY * WAIT
    assert back < BUSY * HEALTHY


def test_cut_connections_lose_no_acknowledged_row(server, cluster, figure):
    with Load(server) as load:
        for _ in range(5):
            time.sleep(0.5)
            cluster.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    seconds = server.wait_until(200, seconds=60)
    stored = server.manage("shell", "--no-imports", "-c", _PRINT_IDS).stdout.split()
    missing = set(load.acknowledged) - {one.replace("-", "") for one in stored}
    figure("cut connections lose nothing", f"{len(load.acknowledged)} acknowledged, {len(missing)} missing")
    assert load.statuses() <= {201, 503}
    assert (missing, len(set(stored))) == (set(), len(stored))
    assert seconds < BUSY * HEALTHY


_PRINT_IDS = (
    "from classifier.models import Prediction\n"
    "print(*Prediction.objects.values_list('public_id', flat=True), sep='\\n')"
)
