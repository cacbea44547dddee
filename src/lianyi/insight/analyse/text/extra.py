"""The optional packages for learning from texts, or what to do when they are absent."""

import importlib
from typing import Any

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text


class TextExtraMissing(BadInput):
    """Learning from texts needs packages that are not installed."""

    code = "text_extra_missing"
    message = Text(
        zh="训练情感模型和提取话题需要安装可选组件 text（缺 %(package)s）。",
        en="Training a sentiment model and finding topics need the optional part text (%(package)s is missing).",
    )
    remedy = Text(
        zh="安装：pip install 'lianyi[text]'。不安装也能用词典判断情感、用已训练的模型打分。",
        en="Install it: pip install 'lianyi[text]'. Without it sentiment by lexicon, and by a model already trained, still works.",
    )


def extra(module: str) -> Any:
    """A module of the optional part, such as sklearn.linear_model.

    Raises TextExtraMissing.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as fault:
        raise TextExtraMissing(package=fault.name or module) from None
