"""What the documentation tells people to type exists."""

import re
from pathlib import Path

import click
import pytest

from lianyi.cli.app import app
from tools.reference.commands import children, verbs

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md")])
MAKE = re.compile(r"(?:`|^)make ([a-z0-9-]+)", re.MULTILINE)
LIANYI = re.compile(r"(?:`|^\s*|\$ )lianyi ([a-z]+(?:-[a-z]+)*)", re.MULTILINE)
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_gives_the_two_commands(readme):
    assert {"demo", "test"} <= set(MAKE.findall((ROOT / readme).read_text(encoding="utf-8")))


@EVERY_PAGE
def test_every_make_command_in_the_documentation_is_a_target(page):
    assert set(MAKE.findall(page.read_text(encoding="utf-8"))) - targets() == set()


@EVERY_PAGE
def test_every_lianyi_command_in_the_documentation_exists(page):
    assert set(LIANYI.findall(page.read_text(encoding="utf-8"))) - set(verbs()) == set()


@EVERY_PAGE
def test_every_option_in_the_documentation_belongs_to_its_command(page):
    unknown = []
    for line in re.findall(r"^\s*(lianyi .*--.*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        words = line.split()
        verb = next((word for word in words[1:] if word in verbs()), None)
        known = options(app) | (options(verbs()[verb]) if verb else set())
        unknown += [(line, word) for word in words if word.startswith("--") and word.partition("=")[0] not in known]

    assert unknown == []


def options(command: click.Command) -> set[str]:
    """Options of a command and, below a verb, of its own verbs; help is everywhere."""
    own = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    if isinstance(command, click.Group) and command is not app:
        return own.union(*(options(below) for below in children(command).values()))
    return own


def test_make_alone_prints_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert "\n.DEFAULT_GOAL := help\n" in makefile
    assert targets() >= {"help", "demo", "test", "check", "bench", "lock", "docs", "clean", "format"}


def test_both_readmes_have_the_same_sections_and_blocks_of_commands():
    shapes = []
    for readme in READMES:
        text = (ROOT / readme).read_text(encoding="utf-8")
        shapes.append((len(re.findall(r"^## ", text, re.MULTILINE)), MAKE.findall(text), LIANYI.findall(text)))

    assert shapes[0] == shapes[1]
