"""`lianyi simulate`: fill a workspace with a world whose truth is known."""

import json
from dataclasses import asdict

import click

from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.progress import shown
from lianyi.cli.speech import language, say, tell
from lianyi.kernel.clock import Window, parse_day
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.lab.brand import brand_name
from lianyi.lab.simulate import simulate
from lianyi.lab.worlds import World, read_world, world_names
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

MOST_DAYS = 1500
MOST_MEMBERS = 20_000_000


class WorkspaceTaken(BadInput):
    """A simulation was asked for in a workspace that holds facts."""

    code = "workspace_taken"
    message = Text(
        zh="工作区 %(path)s 已有数据；模拟只写进空的工作区。", en="The workspace %(path)s holds facts; a simulation goes into an empty one."
    )
    remedy = Text(zh="用 --workspace 指定一个新目录。", en="Name a new folder with --workspace.")


@click.command(
    "simulate",
    help=say(
        "把一个真相已知的世界写进空的工作区：事实、资料表和真相文件。WORLD 是内置世界的名字，或一个 .toml 文件；不给则列出内置世界。",
        "Write a world whose truth is known into an empty workspace: facts, reference tables and the truth. "
        "WORLD is a built-in world or a .toml file; without one the built-in worlds are listed.",
    ),
)
@click.argument("name", metavar="WORLD", required=False)
@click.option(
    "--members",
    type=click.IntRange(100, MOST_MEMBERS),
    default=None,
    metavar="N",
    help=say("人口：会员和可能成为会员的人（默认按世界）", "population: members and those who may become members (default: the world's)"),
)
@click.option(
    "--days",
    type=click.IntRange(7, MOST_DAYS),
    default=None,
    metavar="D",
    help=say("天数（默认按世界）", "how many days (default: the world's)"),
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    metavar="S",
    help=say("随机种子；同样的种子得到同样的世界", "seed; the same one gives the same world"),
)
@click.option(
    "--without",
    multiple=True,
    metavar="CAUSE",
    help=say("去掉一个原因，如 drift:checkout_fault；可多次", "leave out a cause, such as drift:checkout_fault; may be repeated"),
)
@click.option(
    "--twins/--no-twins",
    default=True,
    show_default=True,
    help=say("去掉每个原因各重演一遍，得到它们的真实效果", "live it again without each cause, so that their true effects are known"),
)
@json_option
def command(
    name: str | None, members: int | None, days: int | None, seed: int, without: tuple[str, ...], twins: bool, as_json: bool
) -> None:
    if name is None:
        _list_worlds(as_json=as_json)
        return
    world = read_world(name)
    workspace = opened_workspace(brand=brand_name())
    made = fill(workspace, world, members=members or world.members, days=days or world.days, seed=seed, without=without, twins=twins)
    if as_json:
        click.echo(json.dumps(made, ensure_ascii=False))


def fill(
    workspace: Workspace, world: World, *, members: int, days: int, seed: int, without: tuple[str, ...] = (), twins: bool = True
) -> dict[str, object]:
    """Simulate into a workspace, showing progress, and say what was written."""
    if EventLog(workspace).snapshot().files:
        raise WorkspaceTaken(path=str(workspace.path))
    with shown(say("模拟", "Simulating")) as progress:
        done = simulate(
            world,
            workspace,
            seed=seed,
            members=members,
            days=days,
            without=without,
            twins=twins,
            progress=lambda share: progress(share, ""),
        )
    first = parse_day(world.start)
    window = Window(first, first + days)
    said = sentence(
        "世界 %(world)s：%(members)s 人，%(span)s，写入 %(facts)s 条事实；真相在 %(truth)s",
        "World %(world)s: %(members)s people, %(span)s, %(facts)s facts written; the truth is in %(truth)s",
        world=world.name,
        members=Count(members),
        span=str(window),
        facts=Count(done.facts),
        truth=str(done.truth),
    )
    tell(said)
    return {
        "world": world.name,
        "seed": seed,
        "members": members,
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        **asdict(done),
        "truth": str(done.truth),
    }


def _list_worlds(*, as_json: bool) -> None:
    worlds = [read_world(name) for name in world_names()]
    if as_json:
        click.echo(json.dumps([{"world": w.name, "says": asdict(w.says), "causes": w.causes} for w in worlds], ensure_ascii=False))
        return
    for world in worlds:
        click.echo(f"{world.name:<16} {world.says.say(language())}")
