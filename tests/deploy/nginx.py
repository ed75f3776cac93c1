"""nginx with our configuration, on free ports."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from tests.deploy.conftest import free_port

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
HOST = "words.example"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass
class Nginx:
    """A running nginx with our configuration."""

    folder: Path
    upstreams: Sequence[int]  # the ports of the nodes
    http: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)

    def configure(self):
        site = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
        site = re.sub(r"\n *listen \[::\].*", "", site)
        site = site.replace("listen 80", f"listen 127.0.0.1:{self.http}")
        site = site.replace("listen 443", f"listen 127.0.0.1:{self.https}")
        [server] = re.findall(r"server 127\.0\.0\.1:8000.*;", site)
        site = site.replace(server, "\n".join(server.replace("8000", str(port)) for port in self.upstreams))
        site = site.replace(f"/etc/letsencrypt/live/{HOST}", str(self.folder))
        site = site.replace("/var/log/nginx", str(self.folder))
        folders = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in TEMPORARY)
        user = "user root;\n" if os.geteuid() == 0 else ""  # else its workers could not read the folder
        main = f"{user}pid {self.folder}/pid;\nevents {{}}\nhttp {{\n{folders}{site}\n}}"
        (self.folder / "nginx.conf").write_text(main)

    def make_certificate(self):
        request = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", f"/CN={HOST}"]
        files = ["-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"]
        names = ["-addext", f"subjectAltName=DNS:{HOST}"]
        subprocess.run([*request, *names, *files], check=True, capture_output=True)

    @contextmanager
    def running(self):
        """Run until the end of the block."""
        self.configure()
        self.make_certificate()
        process = subprocess.Popen(self.command("-g", "daemon off;"))
        try:
            self._wait(process)
            yield self
        finally:
            process.terminate()
            process.wait()

    def _wait(self, process):
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.https)).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.logs())

    def command(self, *options):
        return [PROGRAM, "-e", self.folder / "early.log", "-p", self.folder, "-c", self.folder / "nginx.conf", *options]

    def ask(self, method, path, body=None, headers=None, *, tls=True, host=HOST):
        """Return the response, with its `body`."""
        connection = http.client.HTTPConnection(host)
        connection.sock = self._connect(host, tls=tls)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def send(self, request):
        """Return the response to a request as it is, with its `body`."""
        with self._connect(HOST, tls=True) as connection:
            connection.sendall(request.encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            response.body = response.read()
        return response

    def _connect(self, host, *, tls):
        connection = socket.create_connection(("127.0.0.1", self.https if tls else self.http), timeout=60)
        if not tls:
            return connection
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        return context.wrap_socket(connection, server_hostname=host)

    def logs(self):
        return "".join(path.read_text() for path in self.folder.glob("*log"))
