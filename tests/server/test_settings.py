"""The server starts, and says what is wrong with its settings."""

import pytest
from django.core.management import call_command

from lianyi.server.options import OptionUnusable, options_from


def test_the_server_passes_djangos_own_checks(capsys):
    call_command("check")

    assert "no issues" in capsys.readouterr().out


def test_a_database_url_names_postgresql(tmp_path):
    options = options_from({"LIANYI_HOME": str(tmp_path), "LIANYI_DATABASE_URL": "postgres://li:p%40ss@db:5433/brand"})

    assert {name: options.database[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "brand",
        "USER": "li",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": 5433,
    }


@pytest.mark.parametrize("url", ["mysql://db/brand", "postgres://db", "brand"])
def test_a_database_that_is_not_supported_is_refused_with_its_address(tmp_path, url):
    with pytest.raises(OptionUnusable, match=url):
        _ = options_from({"LIANYI_HOME": str(tmp_path), "LIANYI_DATABASE_URL": url}).database


def test_keys_differ_by_purpose_and_workspace(tmp_path):
    one, other = (options_from({"LIANYI_HOME": str(tmp_path / name)}) for name in ("one", "other"))

    assert len({one.secret("django"), one.secret("links"), other.secret("django")}) == 3
