"""Which mechanic may be carried by which channel."""

from dataclasses import dataclass
from functools import cache

from lianyi.compliance.register import rules
from lianyi.kernel.entries import EntryFault, check_keys, one_of, read
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text

USES = ("allow", "restricted", "discouraged", "forbid", "none")
DISTRIBUTION = "distribution"  # in the place of a mechanic: a campaign that pays commission


@dataclass(frozen=True, slots=True)
class Use:
    """What is known of one mechanic on one channel.

    use   : allow | restricted (a named approver confirms the live rule) | discouraged | forbid | none
    rules : ids of the rules it follows from; none where nothing speaks against it
    """

    mechanic: str
    channel: str
    use: str
    rules: tuple[str, ...]


@cache
def channel_names() -> dict[str, Text]:
    """The channels that carry campaigns, with their names.

    >>> channel_names()["wechat_moments"].zh
    '朋友圈'
    """
    return {name: Text.of(words) for name, words in read(__package__, "channels.toml")["channels"].items()}


@cache
def channel_uses() -> dict[str, dict[str, Use]]:
    """mechanic -> channel -> Use, from channels.toml.

    Raises EntryFault for an unknown channel, word or rule.
    """
    entries = check_keys("channels.toml", read(__package__, "channels.toml"), needed=("channels", "uses"))
    found: dict[str, dict[str, Use]] = {}
    for mechanic, entry in entries["uses"].items():
        where = f"channels.toml [uses.{mechanic}]"
        check_keys(where, entry, needed=("else", "rules"), may=channel_names())
        cited = tuple(entry["rules"])
        if not set(cited) <= set(rules()):
            raise EntryFault(where, f"cites a rule that is not there: {', '.join(cited)}")
        words = {channel: channel if channel in entry else "else" for channel in channel_names()}
        found[mechanic] = {
            channel: Use(mechanic, channel, one_of(where, entry, key, USES), cited if entry[key] != "allow" else ())
            for channel, key in words.items()
        }
    return found


def use_of(mechanic: str, channel: str) -> Use:
    """One cell of the matrix.

    Raises UnknownName for a mechanic or channel that is not in it.
    >>> use_of("bargain", "wechat_h5").use, use_of("group_buy", "mini_program").use
    ('forbid', 'allow')
    """
    table = channel_uses()
    if mechanic not in table:
        raise UnknownName(what="mechanic", given=mechanic, allowed=list(table))
    if channel not in table[mechanic]:
        raise UnknownName(what="channel", given=channel, allowed=list(table[mechanic]))
    return table[mechanic][channel]
