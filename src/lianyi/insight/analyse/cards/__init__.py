"""Method cards: what each analysis computes, on what it leans, when it must not be used, and what proves it; as data.

One file an analysis, named as `lianyi analyse` names it. Shown by `--explain`, printed in reports, rendered to the reference.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lianyi.insight.analyse.estimate import GRADES
from lianyi.kernel.errors import Broken, UnknownName
from lianyi.kernel.text import Text

FIELDS: dict[str, Text] = {
    "formula": Text(zh="公式", en="Formula"),
    "assumes": Text(zh="假设", en="Assumes"),
    "needs": Text(zh="最少数据", en="Needs"),
    "reference": Text(zh="参照结果", en="Reference result"),
    "limits": Text(zh="不适用", en="Not for"),
    "lab": Text(zh="在实验室里", en="In the lab"),
    "cost": Text(zh="代价", en="Cost"),
    "grade": Text(zh="证据等级", en="Grade of evidence"),
    "source": Text(zh="出处", en="Source"),
}
"""What a card says, in the order in which it is printed."""
TEXTS = ("name", "answers", "formula", "assumes", "needs", "reference", "limits", "lab", "cost")
OURS = Text(zh="涟漪指标目录", en="Lianyi's catalogue")
_KEYS = {*TEXTS, "grade", "source", "proof"}


@dataclass(frozen=True, slots=True)
class Card:
    """The method card of one analysis.

    answers   : the question it answers
    needs     : the least data it needs
    reference : a result that others published or that can be worked out, and that this analysis reproduces
    limits    : when not to use it
    lab       : what came out where the truth is known: how far off, whether intervals hold, where it fails; or that it was not tried
    grade     : of the evidence at its best: A randomised, B complete records, C model, D descriptive
    source    : who described the method
    proof     : the tests that show the reference result, as file::name
    """

    id: str
    name: Text
    answers: Text
    formula: Text
    assumes: Text
    needs: Text
    reference: Text
    limits: Text
    lab: Text
    cost: Text
    grade: str
    source: str
    proof: tuple[str, ...]

    def pairs(self, language: str) -> tuple[tuple[str, str], ...]:
        """What the card says as (heading, text), in one language.

        >>> card("funnel").pairs("en")[-1]
        ('Source', "Lianyi's catalogue")
        """
        said = {key: value.say(language) if isinstance(value := getattr(self, key), Text) else str(value) for key in FIELDS}
        if self.source.startswith("house catalogue"):
            said["source"] = OURS.say(language)
        return tuple((FIELDS[key].say(language), text) for key, text in said.items())


@cache
def cards() -> dict[str, Card]:
    """Every card by the name of its analysis.

    >>> cards()["retention"].grade
    'B'
    """
    files = sorted((file for file in resources.files(__package__).iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        name: read(name, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files if (name := file.name.removesuffix(".toml"))
    }


def card(name: str) -> Card:
    """One card; UnknownName with the nearest one when there is none of that name."""
    if name not in cards():
        raise UnknownName(what="analysis", given=name, allowed=list(cards()))
    return cards()[name]


def read(name: str, entry: dict[str, Any]) -> Card:
    """A card from its file. Raises Broken naming the file and what is wrong in it."""
    wrong = sorted(set(entry) ^ _KEYS)
    if wrong:
        raise Broken(reason=f"cards/{name}.toml: {'unknown key' if wrong[0] in entry else 'no'} {wrong[0]}")
    if entry["grade"] not in GRADES:
        raise Broken(reason=f"cards/{name}.toml: grade is one of {', '.join(GRADES)}")
    if not entry["proof"] or any(not re.fullmatch(r"tests/[\w/]+\.py::test_\w+", proof) for proof in entry["proof"]):
        raise Broken(reason=f"cards/{name}.toml: proof names tests as file::name")
    texts: dict[str, Text] = {}
    for key in TEXTS:
        try:
            texts[key] = Text.of(entry[key])
        except (ValueError, TypeError, AttributeError) as fault:
            raise Broken(reason=f"cards/{name}.toml: {key}: {fault}") from fault
    return Card(id=name, **texts, grade=entry["grade"], source=entry["source"], proof=tuple(entry["proof"]))
