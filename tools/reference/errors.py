"""docs/reference/errors.md: every error a person may see, from its class."""

import atexit
import importlib
import inspect
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator

import django
from django import conf

import lianyi
from lianyi.kernel.errors import BadInput, Broken, LianyiError, Refusal
from tools.reference.markdown import code, page, table

# Packages of an extra: a module that needs one may be absent here, and defines no error of its own.
OPTIONAL = {"pyspark", "numba"}
FAMILIES = (
    (Refusal, "规则不允许 · A rule said no"),
    (BadInput, "输入不可用 · What came in cannot be used"),
    (Broken, "我们的错 · Ours"),
)


def error_classes() -> list[type[LianyiError]]:
    """Every error class of the product, by code."""
    make_ready()
    for module in pkgutil.walk_packages(lianyi.__path__, "lianyi."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as absent:
            if absent.name is None or absent.name.partition(".")[0] not in OPTIONAL:
                raise
    found = {kind for kind in descendants(LianyiError) if kind.__module__.startswith("lianyi.")}
    return sorted(found, key=lambda kind: (kind.code, kind.__module__))


def make_ready() -> None:
    """Give Django its settings, in a workspace of its own, so that modules with tables can be imported; not where a test run has done so."""
    if not conf.settings.configured:
        home = tempfile.mkdtemp()
        # There as long as this process: the queue of jobs opens its file in it when it is imported.
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        os.environ |= {"LIANYI_HOME": home, "LIANYI_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "lianyi.server.settings"}
        django.setup()


def descendants(kind: type[LianyiError]) -> Iterator[type[LianyiError]]:
    """A class and all that derive from it."""
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


def render() -> str:
    """The page."""
    kinds = error_classes()
    parts = []
    for family, title in FAMILIES:
        members = [kind for kind in kinds if issubclass(kind, family)]
        parts += [f"## {title}", table(["code", "exit", "中文", "English", "meaning"], [row(kind) for kind in members])]
    return page(
        "错误一览 · Errors",
        "每条消息说清：出了什么事、在哪里、下一步做什么。`%(name)s` 处填入具体的值。"
        "退出码：0 完成，1 被规则拒绝或输入有误（什么都没写入），2 程序自身的错误。",
        "A message says what happened, where, and what to do next. `%(name)s` is filled with the value at hand. "
        "Exit status: 0 done, 1 refused or bad input (nothing was written), 2 our own fault.",
        *parts,
    )


def row(kind: type[LianyiError]) -> list[str]:
    """One class as a row."""
    wordings = [" ".join(text.say(language) for text in (kind.message, kind.remedy) if text is not None) for language in ("zh", "en")]
    meaning = (inspect.getdoc(kind) or "").partition("\n")[0]
    return [code(kind.code), str(kind.exit_code), *wordings, meaning]
