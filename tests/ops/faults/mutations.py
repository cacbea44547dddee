"""Twelve bugs, each of a kind that somebody has really shipped, to be planted in the processes and found by the audit."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from lianyi.ops.journal import batch, commands, lane, services
from lianyi.ops.journal import relay as relays
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.shop.models import Order, Payment
from lianyi.ops.shop.services import close, hot, pay, refund, stocks
from tests.ops.faults import crew


@dataclass(frozen=True)
class Mutation:
    """says : the bug in words; plant : puts it into this process."""

    says: str
    plant: Callable[[], None]


def _pieces_return_in_a_second_transaction() -> None:
    """The sweeper closes orders first and returns their pieces afterwards."""
    returned = []
    release = stocks.release
    stocks.release = returned.append
    sweep = close.sweep_expired

    def sweep_expired(**given):
        swept = sweep(**given)
        time.sleep(0.01)
        while returned:
            with transaction.atomic():
                release(returned.pop())
        return swept

    crew.sweep_expired = sweep_expired


def _count_is_not_given_back() -> None:
    stocks.count_out = lambda counted: None


def _fact_after_the_commit() -> None:
    """The closing of an order is told after the change was committed."""
    record_all = close.record_all

    def later(facts):
        def tell():
            time.sleep(0.01)
            with transaction.atomic():
                record_all(facts)

        transaction.on_commit(tell)

    close.record_all = later


def _payment_does_not_look_at_the_time() -> None:
    class Timeless:
        """Order.objects whose filter forgets about the expiry."""

        @staticmethod
        def filter(**wanted):
            wanted.pop("expires_at__gt", None)
            return Order.objects.filter(**wanted)

        get = Order.objects.get

    pay.Order = type("Order", (), {"objects": Timeless})


def _late_payment_is_kept() -> None:
    pay._send_back = lambda *arguments: None


def _answer_is_logged_before_the_work() -> None:
    """The command log is committed by itself, first."""
    once = commands._once

    def too_early(key, name, digest, actor, at, do):
        with transaction.atomic():
            result = once(key, name, digest, actor, at, do)
        if not commands.running_key():
            return result
        return result

    def execute(*, key, name, actor, at, payload, do):
        digest = commands.sha256(name, actor.kind, actor.id, commands.canonical(payload))
        if commands.running_key():
            return too_early(key, name, digest, actor, at, do)
        if (known := commands.find_result(key)) is not None:
            return known
        done = {}
        Command.objects.get_or_create(
            key=key, defaults={"name": name, "digest": digest, "result": "", "actor_kind": actor.kind, "actor_id": actor.id, "at": at}
        )
        time.sleep(0.003)
        with commands.carrying_out(key), transaction.atomic():
            done = do()
            Command.objects.filter(key=key).update(result=commands.canonical(done))
        return done

    from lianyi.ops.members import services as members
    from lianyi.ops.shop.services import place, products

    for module in (close, pay, refund, place, products, members, crew):
        module.execute = execute


def _relay_keeps_its_own_position() -> None:
    """The relay notes how far it will be, then appends."""
    deliver = relays.deliver
    position = {"last": None}

    def eager(log, after, at_once=relays.AT_ONCE):
        if position["last"] is None:
            noted = log.workspace.path / "position"
            position["file"], position["last"] = noted, int(noted.read_text()) if noted.exists() else 0
        facts = list(Fact.objects.filter(seq__gt=position["last"]).order_by("seq")[:at_once])
        if not facts:
            return []
        position["last"] = facts[-1].seq
        position["file"].write_text(str(position["last"]))
        time.sleep(0.01)
        log.append(
            relays.as_table(facts), source="journal", transaction=(relays.APPLICATION, facts[-1].seq), notes={"link": facts[-1].link}
        )
        return [fact.seq for fact in facts]

    assert deliver is relays.deliver
    relays.deliver = eager


def _sweeper_closes_whatever_was_due() -> None:
    """Between looking and closing, somebody may have paid."""
    due = close._due

    def _due(at, at_once):
        found = due(at + random.choice([0, 0.1]) * close.dt.timedelta(seconds=1), at_once)
        time.sleep(0.01)
        return found

    def _close(pks, actor, at, reason):
        if reason != "expired":
            return closing(pks, actor, at, reason)
        orders = list(Order.objects.filter(pk__in=pks).exclude(state="closed").select_related("member"))
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(state="closed", closed_at=at, close_reason=reason, paid_at=None)
        close.record_all(
            [
                close.draft(name="order_closed", at=at, actor=actor, member_id=order.member.public_id, order_id=order.public_id)
                for order in orders
            ]
        )
        lines = list(close.OrderLine.objects.filter(order__in=orders, order__payments__isnull=True).select_related("order"))
        stocks.release(stocks.quantities(lines))
        stocks.count_out(stocks.by_member(lines))
        return [order.public_id for order in orders]

    closing = close._close
    close._due, close._close = _due, _close


def _returned_pieces_are_forgotten() -> None:
    stocks.take_back = lambda restocked, lost: None


def _points_in_a_second_transaction() -> None:
    """Points are given once the payment is committed."""
    give = crew.give_points

    def later(order, at):
        def do():
            time.sleep(0.005)
            with transaction.atomic():
                give(order, at)

        transaction.on_commit(do)

    crew.give_points = later


def _answered_before_the_commit() -> None:
    """The batcher tells its askers as soon as the work is done, and commits afterwards."""

    def eager(self, gathered):
        def work(asked):
            answers = list(hot._place(asked))
            by_key = dict(zip([one.key for one in asked], answers, strict=True))
            for one, verdict in gathered:
                if one.key in by_key and not verdict.done():
                    verdict.set_result(by_key[one.key])
            time.sleep(0.01)
            return answers

        verdicts = batch.execute_batch([one for one, _ in gathered], lock=hot._lock, work=work)
        for (_, verdict), answer in zip(gathered, verdicts, strict=True):
            if not verdict.done():
                verdict.set_result(answer)

    lane.Lane._serve = eager


def _batch_forgets_its_own_counts() -> None:
    """Inside a batch every request is judged by what the member had before it."""
    write = hot._write

    def _write(drafts, rows, taken, counted):
        write(drafts, rows, taken, {})
        for _, order, lines in drafts:
            for line in lines:
                changed = stocks.Purchased.objects.filter(stock_id=line.stock_id, member=order.member)
                if not changed.update(quantity=line.quantity):
                    stocks.Purchased.objects.create(stock_id=line.stock_id, member=order.member, quantity=line.quantity, allowed=crew.LIMIT)

    hot._write = _write


def _a_retry_is_a_new_request() -> None:
    """The key of a command is made anew by whoever sends it again: double presses buy twice."""
    attempt = crew.grab

    def grab(**given):
        return attempt(**{**given, "key": f"{given['key']}:{secrets.token_hex(4)}"})

    crew.grab = grab


MUTATIONS = {
    "pieces return in a second transaction": _pieces_return_in_a_second_transaction,
    "a member's count is not given back": _count_is_not_given_back,
    "a fact is told after the commit": _fact_after_the_commit,
    "a payment does not look at the time": _payment_does_not_look_at_the_time,
    "a late payment is kept": _late_payment_is_kept,
    "the log of commands is written by itself": _answer_is_logged_before_the_work,
    "the relay keeps a position of its own": _relay_keeps_its_own_position,
    "the sweeper closes whatever was due": _sweeper_closes_whatever_was_due,
    "returned pieces are forgotten": _returned_pieces_are_forgotten,
    "points are given in a second transaction": _points_in_a_second_transaction,
    "the batcher answers before it commits": _answered_before_the_commit,
    "a batch forgets its own counts": _batch_forgets_its_own_counts,
    "a retry is a new request": _a_retry_is_a_new_request,
}
MUTATIONS = {name: Mutation(name, plant) for name, plant in MUTATIONS.items()}
assert services is not None
assert Payment is not None
assert F is not None
