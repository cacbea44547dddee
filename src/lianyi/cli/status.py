"""`lianyi status`: what the workspace holds."""

import json

import click

from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.speech import say
from lianyi.cli.tables import drawn
from lianyi.kernel.clock import date_of
from lianyi.stream.engines import open_engine
from lianyi.stream.log.table import EventLog

FACTS = "SELECT name, version, count(*) AS n, min(d) AS first_d, max(d) AS last_d FROM events GROUP BY name, version ORDER BY n DESC, name"


@click.command("status", help=say("工作区里有哪些事实、参考表和快照。", "Which facts, reference tables and snapshot the workspace holds."))
@json_option
def command(as_json: bool) -> None:
    workspace = opened_workspace()
    snapshot = EventLog(workspace).snapshot()
    engine = open_engine(workspace, snapshot)
    facts = engine.run(FACTS).to_pylist()
    tables = {name: engine.run(f"SELECT count(*) AS n FROM {name}").to_pylist()[0]["n"] for name in snapshot.tables}
    engine.close()
    if as_json:
        described = [
            {
                "name": f["name"],
                "custom": f["version"] == 0,
                "rows": f["n"],
                "first_day": date_of(f["first_d"]).isoformat(),
                "last_day": date_of(f["last_d"]).isoformat(),
            }
            for f in facts
        ]
        click.echo(
            json.dumps(
                {
                    "workspace": str(workspace.path),
                    "snapshot": snapshot.version,
                    "rows": snapshot.rows,
                    "facts": described,
                    "tables": tables,
                },
                ensure_ascii=False,
            )
        )
        return
    click.echo(
        say("工作区 ", "Workspace ")
        + f"{workspace.path}  {workspace.brand}  {workspace.zone_name}  {workspace.currency}  "
        + say("快照 ", "snapshot ")
        + str(snapshot.version)
    )
    if not facts:
        click.echo(
            say("还没有数据。先导入：lianyi import 订单.csv --as orders", "No data yet. Import some: lianyi import orders.csv --as orders")
        )
        return
    rows = [
        [
            f["name"],
            say("自定义", "custom") if f["version"] == 0 else "",
            f"{f['n']:,}",
            date_of(f["first_d"]).isoformat(),
            date_of(f["last_d"]).isoformat(),
        ]
        for f in facts
    ]
    click.echo(drawn([say("事实", "Fact"), "", say("行数", "Rows"), say("自", "From"), say("至", "To")], rows, right=[2]))
    for name, count in tables.items():
        click.echo(f"{name}  {count:,}")
