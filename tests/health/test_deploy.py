"""The files of docs/deploy say what is true: nginx and systemd take them, options, settings and files exist."""

import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lms.cli import main
from lms.core import clock
from lms.core.settings import Settings, SettingsError, load
from tests.support.machine import a_proxy

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("kefu-web.service", "kefu-worker.service")


def check_command(words: list[str]) -> None:
    """Fail where these words are no command of ours with its options."""
    command: click.Command = main
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    context = command.make_context(command.name or "", words, resilient_parsing=False)
    assert context.params


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_starts_a_command_that_exists(unit: str):
    line = re.search(r"^ExecStart=(.*)$", (DEPLOY / unit).read_text("utf-8"), re.MULTILINE)
    assert line
    program, *words = shlex.split(line[1])
    assert program.endswith("/lms")
    check_command(words)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_a_unit(unit: str, tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not run: no systemd-analyze")
    there = tmp_path / unit
    there.write_text((DEPLOY / unit).read_text("utf-8").replace("/srv/kefu/.venv/bin/lms", "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(there)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if unit in line]
    assert said == []


def test_nginx_takes_its_file(tmp_path: Path):
    nginx = a_proxy()
    if nginx is None:
        pytest.skip("not run: no nginx; install the package nginx-light")
    a_certificate(tmp_path)
    written = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/etc/nginx/academy", str(tmp_path / "academy"))
    (tmp_path / "kefu.conf").write_text(written, "utf-8")
    whole = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/kefu.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    done = subprocess.run(
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "warn" in done.stderr) == (0, False), done.stderr


def a_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = clock.now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now).not_valid_after(now.replace(year=now.year + 1, day=1))
    signed = made.sign(key, hashes.SHA256())
    (folder / "academy.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "academy.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


def test_nginx_lets_the_largest_upload_through():
    most = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text("utf-8"))
    assert most
    assert int(most[1]) * 1_000_000 > Settings().video_max_bytes


def test_settings_of_the_environment_exist_and_fit_together(tmp_path: Path):
    lines = [line for line in (DEPLOY / "kefu.env").read_text("utf-8").splitlines() if line and line[0] != "#"]
    written = dict(line.split("=", 1) for line in lines)
    with pytest.raises(SettingsError, match="LMS_SECRET_KEY is the example"):
        load({"instance_path": tmp_path}, written)
    found = load({"instance_path": tmp_path}, {**written, "LMS_SECRET_KEY": "5f" * 32})
    assert found.files_url == "s3://kefu/files"


def test_services_of_compose_run_commands_and_settings_that_exist():
    known = {f"LMS_{each.name.upper()}" for each in fields(Settings)}
    services = compose()["services"]
    ours = {name: each for name, each in services.items() if "build" in each}
    assert set(ours) == {"schema", "web1", "web2", "web3", "worker1", "worker2"}
    for each in ours.values():
        assert set(each["environment"]) <= known
        assert each["read_only"] is True
        words = list(each["command"])
        if words != ["db", "upgrade"]:
            check_command(words)


def test_the_container_copies_what_there_is_and_runs_as_nobody_special():
    written = (DEPLOY / "Containerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.*)$", written, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER 10001$", written, re.MULTILINE)
    command = re.search(r"^CMD (\[.*\])$", written, re.MULTILINE)
    assert command
    check_command(yaml.safe_load(command[1]))
    known = {f"LMS_{each.name.upper()}" for each in fields(Settings)}
    assert set(re.findall(r"LMS_[A-Z_]+", written)) <= known
