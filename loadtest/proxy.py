"""A real nginx or HAProxy between the load and the server, with the files in proxies/."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

from report import Skipped
from server import free_port

FOLDER = pathlib.Path(__file__).resolve().parent / "proxies"
PROGRAMS = {"nginx": ("nginx.conf", lambda file: ["nginx", "-c", file, "-p", os.path.dirname(file)]),
            "haproxy": ("haproxy.cfg", lambda file: ["haproxy", "-f", file, "-db"])}
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class Proxy:
    """A proxy on a free port, from when it answers until `stop`."""

    def __init__(self, name, target):
        program = shutil.which(name, path=PLACES)
        if not program:
            raise Skipped(f"{name} is not installed (make loadtest SCENARIO=proxies installs Debian's nginx-light and haproxy where it may)")
        template, command = PROGRAMS[name]
        self.folder = tempfile.TemporaryDirectory(prefix=f"dragoman-{name}-")
        os.chmod(self.folder.name, 0o755)  # nginx' workers are another user
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        file = pathlib.Path(self.folder.name) / template
        file.write_text(self.filled(template, target, port), encoding="utf-8")
        self.log = open(file.with_suffix(".out"), "w+b")
        self.process = subprocess.Popen([program, *command(str(file))[1:]], stdout=self.log, stderr=self.log)
        self.wait_until_ready(name)

    def filled(self, template, target, port):
        name = "localhost" if target.host == "127.0.0.1" else target.host
        authority = os.environ.get("CA", "/etc/ssl/certs/ca-certificates.crt")
        lines = (FOLDER / template).read_text(encoding="utf-8").splitlines()
        text = "\n".join(line for line in lines if target.tls or not line.endswith("# TLS")) + "\n"
        words = {"FOLDER": self.folder.name, "PORT": port, "UPSTREAM": f"{target.host}:{target.port}", "SCHEME": "https" if target.tls else "http", "CA": authority, "NAME": name,
                 "TLS": f"ssl verify required ca-file {authority} verifyhost {name} sni str({name}) check-sni {name} check-ssl" if target.tls else ""}
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        return text

    def wait_until_ready(self, name):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        self.log.seek(0)
        raise Skipped(f"{name} does not answer: {self.log.read().decode(errors='replace')[-600:]}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(30)
