"""What is ready before the first request."""

import os
import subprocess
import sys
from queue import SimpleQueue

import pytest
from django.core.management import call_command

from lianyi.server import serve
from lianyi.server.options import OptionUnusable, options_from


def checked(tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "DEBUG"],
        env={**os.environ, "LIANYI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_served_over_https_it_passes_every_check_for_deployment(tmp_path):
    ran = checked(tmp_path, LIANYI_HTTPS="1", LIANYI_HOSTS="shop.example")

    assert (ran.returncode, "no issues" in ran.stdout) == (0, True), ran.stderr


@pytest.mark.slow
def test_the_check_for_deployment_can_fail(tmp_path):
    assert checked(tmp_path, LIANYI_HTTPS="0").returncode != 0


def test_static_files_are_gathered_once_and_again_when_they_change(tmp_path, settings, monkeypatch):
    settings.STATIC_ROOT = tmp_path / "static"

    assert serve.gather_static(tmp_path / "static")
    assert (tmp_path / "static" / "ui" / "ui.css").is_file()
    assert not serve.gather_static(tmp_path / "static")

    monkeypatch.setattr(serve, "sources_digest", lambda: "changed")
    assert serve.gather_static(tmp_path / "static")


@pytest.mark.django_db
def test_a_database_of_today_needs_no_migration():
    assert not serve.migrations_wait()
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("LIANYI_HTTPS", "yes"),
        ("LIANYI_PROXIES", "-1"),
        ("LIANYI_THREADS", "0"),
        ("LIANYI_THREADS", "many"),
        ("LIANYI_WECHAT_SECRET_FILE", "nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(tmp_path, name, given):
    with pytest.raises(OptionUnusable, match=name):
        options_from({"LIANYI_HOME": str(tmp_path), name: given})


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path):
    (tmp_path / "secret").write_text("  s3cret\n")

    options = options_from({"LIANYI_HOME": str(tmp_path), "LIANYI_WECHAT_SECRET_FILE": str(tmp_path / "secret")})

    assert options.wechat_secret == "s3cret"
    assert "s3cret" not in repr(options)


@pytest.mark.slow
def test_another_worker_takes_the_place_of_one_that_was_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("LIANYI_HOME", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    monkeypatch.setattr(serve, "WORKER_LOOKED_AT_EVERY_SECONDS", 0.05)
    start, started = serve._started, SimpleQueue()

    def noted():
        process = start()
        started.put(process)
        return process

    monkeypatch.setattr(serve, "_started", noted)

    with serve.worker():
        started.get(timeout=60).kill()
        second = started.get(timeout=60)
        assert second.poll() is None

    assert second.poll() is not None, "it leaves with the server"
    assert started.empty()
