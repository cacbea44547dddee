"""The command `lianyi`: its verbs, and how it ends."""

import importlib
import os
import sys
import traceback
from pathlib import Path

import click

from lianyi.cli.speech import language, say
from lianyi.kernel.errors import LianyiError
from lianyi.kernel.text import nearest

# Verb -> (module, one line). Modules are imported only when their verb runs, so that help is instant.
VERBS = {
    "demo": ("lianyi.cli.demo", say("建演示品牌并评估", "build the demo brand and evaluate it")),
    "init": ("lianyi.cli.init", say("新建工作区", "make a workspace")),
    "import": ("lianyi.cli.intake", say("导入店铺、平台、会员等导出文件", "import exports of shop, platforms, members ...")),
    "take-over": (
        "lianyi.cli.take_over",
        say("把历史里的会员、社群、商品接入运营", "take members, groups and products of the history over"),
    ),
    "status": ("lianyi.cli.status", say("工作区里有什么数据", "what data the workspace holds")),
    "metrics": ("lianyi.cli.metrics", say("列出或解释指标", "list metrics, or explain one")),
    "measure": ("lianyi.cli.measure", say("计算指标", "compute metrics")),
    "analyse": ("lianyi.cli.analyse", say("漏斗、留存等分析", "funnel, retention and other analyses")),
    "evaluate": ("lianyi.cli.evaluate", say("评估效益并写出报告", "evaluate, and write the report")),
    "report": ("lianyi.cli.report", say("用已有评估再出报告", "make the report of a stored evaluation again")),
    "migrate": ("lianyi.cli.migrate", say("更新业务数据库", "bring the operational database to the present")),
    "relay": ("lianyi.cli.relay", say("把业务事实搬到历史", "move the operations' facts to the history")),
    "check": ("lianyi.cli.check", say("核对账目与不变量", "check the books: every invariant")),
    "serve": ("lianyi.cli.serve", say("启动网站", "serve the pages")),
    "simulate": ("lianyi.cli.simulate", say("生成真相已知的模拟品牌", "make a simulated brand whose truth is known")),
    "experts": ("lianyi.cli.experts", say("专家评审：发打分表、收打分表", "expert review: sheets out, sheets in")),
    "train": ("lianyi.cli.train", say("用自己的标注训练模型", "train a model on your own labels")),
    "maintain": ("lianyi.cli.maintain", say("整理存储：合并、清除、刷新", "tidy the store: compact, clean, refresh")),
    "forget": ("lianyi.cli.forget", say("删除一位会员的全部数据", "erase one member everywhere")),
}


class Verbs(click.Group):
    """The verbs, loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(VERBS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("命令", "Commands")):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = nearest(args[0], VERBS)
            hint = say(f"是不是 {near}？", f"Did you mean {near}?") if near else say("可用：", "Known: ") + ", ".join(VERBS)
            raise click.UsageError(say(f"没有 {args[0]} 这个命令。{hint}", f"There is no verb {args[0]}. {hint}"))
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=say(
        "涟漪：运营社交电商社群，并证明它带来了什么。\n\n所有命令都不提问；退出码 0 完成，1 拒绝或输入有误，2 内部错误。",
        "Lianyi: run social-commerce community marketing, and prove what it earned.\n\n"
        "No verb asks questions; exit status 0 done, 1 refused or bad input, 2 broken.",
    ),
)
@click.option(
    "--workspace",
    "workspace_path",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help=say("工作区目录（默认 LIANYI_HOME 或 ./lianyi-data）", "the workspace folder (default LIANYI_HOME or ./lianyi-data)"),
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help=say("提示语言", "language of messages"))
@click.version_option(package_name="lianyi", prog_name="lianyi")
@click.pass_context
def app(ctx: click.Context, workspace_path: Path | None, lang: str | None) -> None:
    ctx.ensure_object(dict)
    if workspace_path is not None:
        ctx.obj["workspace"] = workspace_path


def main(arguments: list[str] | None = None) -> None:
    """Run one verb and leave with its status."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one verb and say how it ended: 0 done, 1 refused or bad input, 2 broken."""
    speaks = language()
    try:
        app.main(args=_leading(sys.argv[1:] if arguments is None else arguments), prog_name="lianyi", standalone_mode=False)
    except LianyiError as fault:
        click.echo(fault.say(speaks), err=True)
        return fault.exit_code
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.Abort:
        click.echo(say("已中断，未写入的内容都不生效。", "Interrupted; what was not committed has no effect."), err=True)
        return 1
    except click.UsageError as fault:
        click.echo(fault.format_message(), err=True)
        if fault.ctx is not None:
            click.echo(say("用法见：", "Usage: ") + f"{fault.ctx.command_path} --help", err=True)
        return 1
    except click.ClickException as fault:
        click.echo(fault.format_message(), err=True)
        return 1
    except BrokenPipeError:
        # Whoever read our output has had enough; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # the last edge: say that it is ours, keep the trace for who asks
        click.echo(say("程序出错（不是您的操作问题）：", "This is our fault, not yours: ") + f"{type(fault).__name__}: {fault}", err=True)
        if os.environ.get("LIANYI_DEBUG"):
            traceback.print_exc()
        else:
            click.echo(say("设 LIANYI_DEBUG=1 再运行可看到详情。", "Run again with LIANYI_DEBUG=1 for details."), err=True)
        return 2
    return 0


def _leading(arguments: list[str]) -> list[str]:
    """The same arguments with `--workspace` and `--lang` brought to the front, where the group reads them: people write them anywhere."""
    front, rest = [], []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in ("--workspace", "--lang"):
            front += [word, *(value for value in (next(words, None),) if value is not None)]
        elif word.startswith(("--workspace=", "--lang=")):
            front.append(word)
        else:
            rest.append(word)
    return front + rest
