"""The application a web server runs."""

import importlib

from lianyi.web.console import aside


def test_looking_at_the_application_starts_no_process_beside(monkeypatch):
    monkeypatch.setattr(aside, "_helpers", None)

    importlib.reload(importlib.import_module("lianyi.server.wsgi"))

    assert aside._helpers is None
