"""Working out a campaign's results again from its published seed, as anybody else can."""

from dataclasses import dataclass
from typing import Any

from lianyi.ops.campaigns.mechanics import bargain, lottery
from lianyi.ops.campaigns.rules.commitment import ALGORITHM, commitment, merkle_root
from lianyi.ops.campaigns.selectors import Campaign, list_bargains, list_draws, list_helps_in, terms_of, terms_of_bargain


@dataclass(frozen=True, slots=True)
class Row:
    """One result: its id, what happened then, what the seed gives now; `again` is None before the seed is published."""

    id: str
    then: str
    again: str | None

    @property
    def agrees(self) -> bool | None:
        """Whether both are the same; None when it cannot be said yet."""
        return None if self.again is None else self.then == self.again


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be checked. seed : "" until it is published; keeps_word : whether its fingerprint is the one published first."""

    algorithm: str
    commitment: str
    seed: str
    root: str
    rows: tuple[Row, ...]
    keeps_word: bool | None

    @property
    def agreeing(self) -> int:
        """Rows that agree."""
        return sum(row.agrees is True for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "algorithm": self.algorithm,
            "commitment": self.commitment,
            "seed": self.seed or None,
            "merkle_root": self.root,
            "entries": [{"id": row.id, "then": row.then, "again": row.again} for row in self.rows],
        }


def checked(campaign: Campaign) -> Seen:
    """The results of a draw or of bargains, beside what the seed gives."""
    seed = bytes.fromhex(campaign.seed) if campaign.revealed_at else b""
    rows = _draws(campaign, seed) if campaign.mechanic == "lottery" else _cuts(campaign, seed)
    return Seen(
        algorithm=ALGORITHM,
        commitment=campaign.commitment,
        seed=seed.hex(),
        root=merkle_root([row.id for row in rows]),
        rows=rows,
        keeps_word=commitment(seed, campaign.public_id) == campaign.commitment if seed else None,
    )


def _draws(campaign: Campaign, seed: bytes) -> tuple[Row, ...]:
    terms: lottery.Terms = terms_of(campaign)
    entries = list_draws(campaign)
    again: dict[str, int | None] = {}
    if seed:
        again = {entry_id: given for entry_id, _, given in lottery.replay(seed, [entry.public_id for entry in entries], terms.rungs)}

    def named(place: int | None) -> str:
        return "–" if place is None else terms.rungs[place].name

    return tuple(Row(entry.public_id, named(entry.given), named(again[entry.public_id]) if seed else None) for entry in entries)


def _cuts(campaign: Campaign, seed: bytes) -> tuple[Row, ...]:
    helps = list_helps_in(campaign)
    rows: list[Row] = []
    for one in list_bargains(campaign):
        fixed = bargain.cuts(seed, one.public_id, terms_of_bargain(one)) if seed else []
        rows += [
            Row(f"{one.public_id}/{given.nth}", str(given.cut_fen), str(fixed[given.nth - 1]) if seed else None)
            for given in helps.get(one.pk, [])
        ]
    return tuple(rows)
