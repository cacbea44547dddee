"""`lianyi analyse NAME`: one file an analysis, loaded when it is asked for."""

import importlib

import click

from lianyi.cli.speech import language, say
from lianyi.insight.analyse.cards import card
from lianyi.kernel.text import nearest

# Name -> one line; the module of the same name beside this file holds `command`.
ANALYSES = {
    "activity": say("活跃：日活、周活、月活与粘性", "activity: people active by day, week and month, and stickiness"),
    "anomalies": say("异常：计入节假日与大促后仍反常的日子", "anomalies: days that stand out, holidays and sales days accounted for"),
    "attribution": say("归因：订单之前的渠道各分多少功劳", "attribution: how channels before an order share its credit"),
    "change": say("变化分解：净销售额为什么变，变在哪里", "change: why net sales moved, and where"),
    "community": say("社群健康：谁常来、谁发言、谁回应谁", "community: who comes often, who posts, who answers whom"),
    "content": say("内容效果：各形式、主题、时段表现如何", "content: what posts of each format, topic or hour draw"),
    "duplicates": say("同质化：大体重复的内容", "duplicates: texts that mostly repeat each other"),
    "economics": say("单位经济：贡献毛利、获客成本、回本曲线", "economics: contribution margins, cost of a new member, payback"),
    "fission": say("裂变：谁带来谁、会不会自己长、到哪一代亏钱", "fission: who brought whom, does it grow, where it loses money"),
    "funnel": say("有序漏斗：各步走过多少人", "ordered funnel: how many pass each step"),
    "group-buy": say("拼团：团的大小、成团率、成团时长", "group buys: team sizes, success, time to fill"),
    "index": say("综合指数：多个指标合成一个分数并排名", "index: several indicators as one score, ranked"),
    "keywords": say("关键词：站内搜索的名次、搜索量与可见度", "keywords: places in search, volumes, visibility"),
    "originality": say("原创度：与此前内容雷同多少", "originality: how much of a text is in earlier ones"),
    "paths": say("路径：会话怎样走到目标，在哪里离开", "paths: how sessions lead to the goal, and where they leave"),
    "retention": say("留存：各批次的人后来还有多少回来", "retention: how many of each cohort come back"),
    "rfm": say("RFM：最近、次数、金额，八个分群", "rfm: recency, frequency, money; eight segments"),
    "tiers": say("等级：达标即升，跌破八成才降", "tiers: up at the threshold, down only well below it"),
    "sentiment": say("情感：评论与评价是好是坏", "sentiment: how people feel in what they write"),
    "sessions": say("会话：多少次、几步、多久、多少跳出", "sessions: how many, how long, how many bounce"),
    "service": say("服务时效：答复与投诉要等多久", "service: how long answers and complaints take"),
    "survey": say("调研：NPS、满意度、加权、信度", "survey: NPS, satisfaction, weights, reliability"),
    "topics": say("话题：大家在说什么", "topics: what people write about"),
    "word-of-mouth": say("口碑：分享真的带来购买，还是好友只是相像", "word of mouth: do shares make friends buy, or are friends alike"),
    "variants": say("素材对比：哪些差别真的成立", "variants: which differences between headlines stand"),
}


def _explaining(name: str) -> click.Option:
    """`--explain` of one analysis: its method card, and nothing is computed."""

    def told(context: click.Context, _: click.Parameter, asked: bool) -> None:
        if not asked or context.resilient_parsing:
            return
        entry = card(name)
        click.echo(f"{entry.name.say(language())}  {entry.id}\n{entry.answers.say(language())}\n")
        click.echo("\n".join(f"{heading}: {text}" for heading, text in entry.pairs(language())))
        context.exit()

    help_text = say(
        "说明方法：公式、假设、最少数据、参照结果、不适用", "the method: formula, assumptions, least data, reference result, limits"
    )
    return click.Option(["--explain"], is_flag=True, is_eager=True, expose_value=False, callback=told, help=help_text)


class Analyses(click.Group):
    """The analyses, loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ANALYSES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ANALYSES:
            return None
        command = importlib.import_module(f"lianyi.cli.analyse.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        if not any(parameter.name == "explain" for parameter in command.params):
            command.params.append(_explaining(cmd_name))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("分析", "Analyses")):
            formatter.write_dl(list(ANALYSES.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in ANALYSES and not args[0].startswith("-"):
            near = nearest(args[0], ANALYSES)
            hint = say(f"是不是 {near}？", f"Did you mean {near}?") if near else say("可用：", "Known: ") + ", ".join(ANALYSES)
            raise click.UsageError(say(f"没有 {args[0]} 这种分析。{hint}", f"There is no analysis {args[0]}. {hint}"))
        return super().resolve_command(ctx, args)


command = Analyses("analyse", help=say("漏斗、留存等分析；每种都可加 --json。", "Funnel, retention and other analyses; each takes --json."))
