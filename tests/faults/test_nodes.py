"""Three nodes behind nginx on one PostgreSQL: lost, restarted and switched under load; what they share."""

import http.client
import json
import re
import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from uuid import uuid4

import pytest

from benchmarks.switches import copy_versions
from tests.deploy.conftest import copy_project
from tests.deploy.nginx import HOST, PROGRAM, Nginx
from tests.faults.server import PROJECT, Load, Server, parse, postgresql_or_skip

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not PROGRAM, reason="needs nginx (Debian: apt-get install nginx-light)"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl (Debian: apt-get install openssl)"),
]
NODES, CLIENTS = 3, 4
SECONDS_TO_SWITCH = 5
BUSY = 3  # times as long on a busy machine; docs/reliability.md has figures
PREDICTIONS = "/api/v1/predictions"
ACTIVATE = """
import time
from classifier.services.promotion import activate
activate("Ngram", "{}")
print(time.time())
"""


class Site:
    """Nodes with a `var` each, and nginx as shipped in front of them."""

    def __init__(self, folder, cluster):
        self.cluster = cluster
        self.versions = list(copy_versions(folder / "models"))
        shared = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "MODEL_DIRS": ",".join(str(folder / "models" / name) for name in ("shipped", "trained")),
            "ALLOWED_HOSTS": f"127.0.0.1,{HOST}",
            "BEHIND_PROXY": "on",
            "DJANGO_SUPERUSER_PASSWORD": "a moose once bit my sister",
        }
        self.nodes = [self._node(folder / f"node{number}", shared) for number in range(NODES)]
        self.nginx = Nginx(folder, [node.port for node in self.nodes])

    def _node(self, folder, shared):
        (folder / "var").mkdir(parents=True)
        copy_project(folder)
        (folder / "var" / "static").symlink_to(PROJECT / "var" / "static")
        node = Server(folder, workers=1, database_url=self.cluster.url, **shared)
        node.project = folder
        return node

    def post(self):
        """Post a word as docs/api.md advises, but without a second try."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        start = time.monotonic()
        try:
            answer = self.nginx.ask("POST", PREDICTIONS, '{"word": "orignal"}', headers)
        except (OSError, http.client.HTTPException):
            return 0, None, time.monotonic() - start
        return answer.status, parse(answer.body), time.monotonic() - start

    def make_key(self, *options):
        """Return headers with a new API key."""
        key = self.nodes[0].manage("create_api_key", "nodes", *options).stdout.split()[-1]
        return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with ExitStack() as stack:
        site = Site(tmp_path_factory.mktemp("nodes"), stack.enter_context(postgresql_or_skip()))
        migrated = site.nodes[0].manage("migrate", "--verbosity", "0")
        assert migrated.returncode == 0, migrated.stderr
        for node in site.nodes:
            node.start()
            stack.callback(node.stop)
        stack.enter_context(site.nginx.running())
        for node in site.nodes:
            node.wait_until(200)
        yield site


def restart(node, stop):
    """Restart a node as docs/scaling.md says: nginx asks it again a second after it failed."""
    stop()
    node.start()
    node.wait_until(200)
    time.sleep(2)


def test_lost_and_restarted_nodes_fail_no_request(site, figure):
    before = set(site.cluster.stored_ids())
    with Load(site, CLIENTS) as load:
        time.sleep(1)
        restart(site.nodes[0], site.nodes[0].kill)
        for node in site.nodes:
            restart(node, node.stop)
    stored = [one for one in site.cluster.stored_ids() if one not in before]
    missing, doubled = set(load.acknowledged) - set(stored), len(stored) - len(load.acknowledged)
    slowest = max(seconds for *_, seconds in load.answers)
    figure(
        "a lost node fails no request with an Idempotency-Key",
        f"1 SIGKILL, {NODES} restarts: {len(load.answers)} requests in {slowest:.1f} s at most, "
        f"{len(missing)} missing, {doubled} doubled",
    )
    assert load.statuses() == {201}
    assert (missing, doubled) == (set(), 0)


def seconds_until_it_serves(node, version, since):
    while time.time() < since + BUSY * SECONDS_TO_SWITCH:
        if node.post()[1]["model_version"] == version:
            return time.time() - since
        time.sleep(0.05)
    raise AssertionError(f"{version} does not serve")


def test_all_nodes_switch_within_5_seconds_under_load(site, figure):
    with Load(site, CLIENTS) as load, ThreadPoolExecutor() as pool:
        activation = site.nodes[0].manage("shell", "--no-imports", "-c", ACTIVATE.format(site.versions[1]))
        since = float(activation.stdout)
        waits = [pool.submit(seconds_until_it_serves, node, site.versions[1], since) for node in site.nodes]
        slowest = max(wait.result() for wait in waits)
    figure("all nodes switch in 5 s", f"{slowest:.1f} s under load, {len(load.answers)} requests, 0 failed")
    assert load.statuses() == {201}


def test_limit_holds_across_nodes(site, figure):
    headers, limit = site.make_key("--limit", "single=30"), 30
    with ThreadPoolExecutor(6) as pool:
        nodes = site.nodes * 20
        answers = pool.map(lambda node: node.call("POST", PREDICTIONS, {"word": "mot"}, headers=headers)[0], nodes)
    statuses = sorted(answers)
    figure("a limit holds across nodes", f"limit {limit}: {statuses.count(201)} of {len(statuses)} calls granted")
    assert statuses == [201] * limit + [429] * (len(nodes) - limit)


def test_repeat_on_another_node_gives_the_same_rows(site):
    headers = {**site.make_key(), "Idempotency-Key": "order-66"}
    body = {"items": [{"word": "orignal"}, {"word": "piano"}]}
    answers = [node.call("POST", f"{PREDICTIONS}/batch", body, headers=headers) for node in site.nodes]
    assert [status for status, *_ in answers] == [200] * NODES
    assert len({json.dumps(answer) for _, answer, _ in answers}) == 1


def test_login_on_one_node_holds_on_the_others(site):
    created = site.nodes[0].manage("createsuperuser", "--no-input", "--username=ana", "--email=ana@example.org")
    assert created.returncode == 0, created.stderr
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    homes = [f"http://127.0.0.1:{node.port}/" for node in site.nodes]
    page = browser.open(f"{homes[0]}account/login/").read().decode()
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    password = site.nodes[0].environment["DJANGO_SUPERUSER_PASSWORD"]
    form = {"username": "ana", "password": password, "csrfmiddlewaretoken": token}
    browser.open(f"{homes[0]}account/login/", urlencode(form).encode())
    assert ["Logged in as" in browser.open(home).read().decode() for home in homes] == [True] * NODES
