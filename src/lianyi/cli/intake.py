"""`lianyi import`: files from outside become facts."""

import json
import time
from pathlib import Path

import click

from lianyi.cli.operations import has_operations
from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.progress import shown
from lianyi.cli.speech import language, say
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.intake import KINDS, WITH_PEOPLE_OR_GOODS, ImportReport, Mapping, Progress, import_files, save_mapping


@click.command(
    "import",
    help=say(
        "导入导出文件：CSV、TSV、XLSX、JSON 行、Parquet，可 gzip；编码与表头自动识别。重复导入同一文件不会改变结果。\n\n"
        "KIND：" + "、".join(KINDS) + "。不写则按表头判断。",
        "Import exports: CSV, TSV, XLSX, JSON lines, Parquet, gzip or not; encoding and headers are recognised. "
        "Importing a file again changes nothing.\n\nKIND: " + ", ".join(KINDS) + ". Left out, it is told from the headers.",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--as", "kind", default="auto", metavar="KIND", help=say("数据种类", "what the rows are"))
@click.option("--mapping", type=click.Path(path_type=Path), help=say("使用映射文件（TOML）", "use a mapping file (TOML)"))
@click.option(
    "--save-mapping",
    "saved",
    type=click.Path(path_type=Path),
    help=say("把识别出的映射写成文件，供修改后再用", "write the mapping found to a file, to edit and give again"),
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help=say("为缺少的列填固定值，可多次", "a constant for a column the file lacks; repeatable"),
)
@click.option(
    "--keep",
    "kept",
    multiple=True,
    metavar="COLUMN",
    help=say("保留某个个人信息列（默认丢弃），可多次", "keep a personal column (dropped by default); repeatable"),
)
@click.option("--dry-run", is_flag=True, help=say("只检查，不写入", "check only, write nothing"))
@json_option
def command(
    paths: tuple[Path, ...],
    kind: str,
    mapping: Path | None,
    saved: Path | None,
    constants: tuple[str, ...],
    kept: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    workspace = opened_workspace()
    with shown(say("导入", "Importing")) as report:

        def advance(step: Progress) -> None:
            report(step.done_bytes / max(step.total_bytes, 1), f"{step.rows:,} " + say("行", "rows"))

        done = import_files(
            workspace,
            paths,
            kind=kind,
            mapping=mapping,
            constants=_constants(constants),
            keep_personal=kept,
            dry_run=dry_run,
            received_t=time.time_ns() // 1000,
            progress=advance,
        )
    if saved is not None:
        _save(done, saved, _constants(constants))
    if as_json:
        click.echo(json.dumps(done.to_json(), ensure_ascii=False))
        return
    for line in done.summary():
        click.echo(line.say(language()))
    if (done.written or done.tables) and any(file.kind in WITH_PEOPLE_OR_GOODS for file in done.files) and has_operations(workspace):
        click.echo(
            say(
                "要让团队在控制台看到新的会员、社群与商品：lianyi take-over",
                "To have the team see new members, groups and products in the console: lianyi take-over",
            )
        )


def _save(done: ImportReport, path: Path, constants: dict[str, str]) -> None:
    """The mapping of the first file, as a file to edit; an import of several files is of one kind, and usually of one layout."""
    first = done.files[0]
    found = Mapping(kind=first.kind, money_contract=first.money_contract, columns=first.mapping, constants=constants)
    save_mapping(found, path, says=first.reasons, language=language())


def _constants(given: tuple[str, ...]) -> dict[str, str]:
    constants = {}
    for entry in given:
        field, equals, value = entry.partition("=")
        if not equals:
            raise BadInput(
                reason=Text(zh="--set 写作 字段=值，收到的是 %(given)s", en="--set is written FIELD=VALUE, not %(given)s"), given=entry
            )
        constants[field.strip()] = value
    return constants
