"""The three ways in which something can go wrong.

    LianyiError
    ├── Refusal    a rule said no; the person can do something else      exit 1
    │   └── TryLater   not now; the same request may succeed after a while
    ├── BadInput   what came in cannot be used; says what, where, what next   exit 1
    │   └── NotThere   what was asked for is not there, or is not the asker's to see
    └── Broken     ours; never the person's fault                        exit 2

Each carries a code, its data, and a message and a remedy in both languages with named placeholders, filled at the edge.
"""

import copyreg
from typing import Any, ClassVar

from lianyi.kernel.nouns import NOUNS
from lianyi.kernel.text import Text, nearest


class LianyiError(Exception):
    """Base of every error that a person may see.

    code      : stable identifier, snake_case, unique among all subclasses
    exit_code : the status a command ends with
    message, remedy : what happened and what to do next; `%(x)s` placeholders are filled from `data`
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2
    message: ClassVar[Text] = Text(zh="出错了", en="Something went wrong")
    remedy: ClassVar[Text | None] = None

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.say("en"))

    def __reduce__(self) -> tuple[Any, ...]:
        # From process to process as it is: made anew from its text alone, it would lack its data.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]

    def say(self, language: str = "zh") -> str:
        """Message and remedy in one language, placeholders filled.

        >>> UnknownName(what="metric", given="gvm", allowed=["gmv"]).say("en")
        'Unknown metric: gvm. Did you mean gmv?'
        """
        data = self._said(language)
        sentences = [self.message.say(language, **data)]
        if self.remedy is not None:
            sentences.append(self.remedy.say(language, **data))
        return ("" if language == "zh" else " ").join(sentences)

    def _said(self, language: str) -> dict[str, Any]:
        """The data with every bilingual value in one language."""
        return {name: value.say(language) if isinstance(value, Text) else value for name, value in self.data.items()}


class Refusal(LianyiError):
    """A rule said no. Nothing was changed."""

    code = "refused"
    exit_code = 1
    message = Text(zh="规则不允许：%(reason)s", en="Not allowed: %(reason)s")


class TryLater(Refusal):
    """Not now: too many at once, or too soon. The same request may succeed later.

    retry_after_seconds : how long to wait at least, whole seconds, >= 1
    """

    code = "try_later"
    message = Text(zh="现在人太多或操作太快了。", en="Too many requests at the moment.")
    remedy = Text(zh="请 %(retry_after_seconds)s 秒后再试。", en="Try again in %(retry_after_seconds)s seconds.")

    def __init__(self, *, retry_after_seconds: int, **data: Any) -> None:
        self.retry_after_seconds = max(1, retry_after_seconds)
        super().__init__(retry_after_seconds=self.retry_after_seconds, **data)


class BadInput(LianyiError):
    """What came in cannot be used. Nothing was written.

    Subclass it for a case that recurs; use it directly with `reason=Text(...)` for the rest.
    """

    code = "bad_input"
    exit_code = 1
    message = Text(zh="%(reason)s", en="%(reason)s")

    def say(self, language: str = "zh") -> str:
        reason = self.data.get("reason")
        if isinstance(reason, Text):
            return reason.say(language, **{name: value for name, value in self._said(language).items() if name != "reason"})
        return super().say(language)


class NotThere(BadInput):
    """What was asked for is not there. The same answer when it is there but not the asker's to see, so that nothing can be found out by asking.

    what : what kind of thing
    """

    code = "not_there"
    message = Text(zh="没有找到%(what)s。", en="There is no such %(what)s.")


class Broken(LianyiError):
    """Our own fault; the message says what was found and where."""

    code = "broken"
    exit_code = 2
    message = Text(zh="内部错误：%(reason)s", en="Internal error: %(reason)s")


class UnknownName(BadInput):
    """A name that is not in a closed list.

    what    : what kind of name: the id of a noun (kernel.nouns), or the noun itself in both languages
    given   : the name as given
    allowed : every valid name; the nearest is offered
    """

    code = "unknown_name"
    message = Text(zh="没有这个%(what)s：%(given)s。%(hint)s", en="Unknown %(what)s: %(given)s. %(hint)s")

    def __init__(self, *, what: str | Text, given: str, allowed: list[str]) -> None:
        self.near = nearest(given, allowed)
        shown = ", ".join(sorted(allowed)[:10]) + (" ..." if len(allowed) > 10 else "")
        super().__init__(what=what, given=given, hint="", allowed=shown)

    def say(self, language: str = "zh") -> str:
        if self.near is not None:
            hint = Text(zh="是不是 %(near)s？", en="Did you mean %(near)s?").say(language, near=self.near)
        else:
            hint = Text(zh="可用：%(allowed)s", en="Known: %(allowed)s").say(language, allowed=self.data["allowed"])
        what = self.data["what"]
        noun = what if isinstance(what, Text) else NOUNS[what]
        return self.message.say(language, **{**self.data, "what": noun.say(language), "hint": hint})
