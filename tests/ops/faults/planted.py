"""Bugs of kinds that somebody has really shipped, planted in a process to see that they are found. What they are is told in planted.toml."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from django.db import transaction

from lianyi.ops.journal import batch, commands, lane
from lianyi.ops.journal import relay as relays
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.members import services as members
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.services import close, hot, pay, place, products, refund, stocks
from tests.ops.faults import crew
from tests.ops.faults.shift import HALF_DONE

# How long a bug leaves things half done, for whoever kills to find them so.
WINDOW_SECONDS = 0.3
# setattr, or a test's monkeypatch.setattr
Put = Callable[[object, str, object], None]


def leave_half_done() -> None:
    """Where a bug has done one half and not the other: whoever kills sees it meanwhile (`shift.Nursery.has_something_half_done`)."""
    mark = Path(os.environ["LIANYI_HOME"]) / HALF_DONE / f"{os.getpid()}-{threading.get_ident()}"
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    time.sleep(WINDOW_SECONDS)
    mark.unlink(missing_ok=True)


def pieces_return_in_a_second_transaction(put: Put) -> None:
    """The sweeper closes orders first and returns their pieces afterwards."""
    sweep, release = close.sweep_expired, stocks.release
    waiting = []

    def sweep_expired(**given):
        put(stocks, "release", waiting.append)
        try:
            swept = sweep(**given)
        finally:
            put(stocks, "release", release)
        if waiting:
            leave_half_done()
        while waiting:
            with transaction.atomic():
                release(waiting.pop())
        return swept

    put(crew, "sweep_expired", sweep_expired)


def a_count_is_not_given_back(put: Put) -> None:
    put(stocks, "count_out", lambda counted: None)


def a_fact_is_told_after_the_commit(put: Put) -> None:
    """The closing of an order is told once the change is committed."""
    record_all = close.record_all

    def later(facts):
        def tell():
            leave_half_done()
            with transaction.atomic():
                record_all(facts)

        transaction.on_commit(tell)

    put(close, "record_all", later)


def a_payment_does_not_look_at_the_time(put: Put) -> None:
    class Timeless:
        """Order.objects whose filter forgets about the expiry."""

        @staticmethod
        def filter(**wanted):
            return Order.objects.filter(**{name: value for name, value in wanted.items() if name != "expires_at__gt"})

        get = Order.objects.get

    put(pay, "Order", type("Order", (), {"objects": Timeless}))


def a_late_payment_is_kept(put: Put) -> None:
    put(pay, "_send_back", lambda *arguments: None)


def the_log_of_commands_is_written_by_itself(put: Put) -> None:
    """A command is entered in the log, and committed, before it is carried out."""
    execute = commands.execute

    def execute_early(*, key, name, actor, at, payload, do):
        if commands.running_key():
            return execute(key=key, name=name, actor=actor, at=at, payload=payload, do=do)
        digest = commands.sha256(name, actor.kind, actor.id, commands.canonical(payload))
        row = {"name": name, "digest": digest, "result": "", "actor_kind": actor.kind, "actor_id": actor.id, "at": at}
        known, is_new = Command.objects.get_or_create(key=key, defaults=row)
        if not is_new:
            return commands.json.loads(known.result)
        leave_half_done()
        with commands.carrying_out(key), transaction.atomic():
            done = do()
            Command.objects.filter(key=key).update(result=commands.canonical(done))
        return done

    for module in (close, pay, refund, place, products, members, crew):
        put(module, "execute", execute_early)


def the_relay_keeps_a_position_of_its_own(put: Put) -> None:
    """The relay notes how far it will be, and then appends."""

    def deliver(log, after, at_once=relays.AT_ONCE):
        noted = log.workspace.path / "position"
        last = int(noted.read_text()) if noted.exists() else 0
        facts = list(Fact.objects.filter(seq__gt=last).order_by("seq")[:at_once])
        if not facts:
            return []
        noted.write_text(str(facts[-1].seq))
        leave_half_done()
        turn = (relays.APPLICATION, facts[-1].seq)
        log.append(relays.as_table(facts), source="journal", transaction=turn, notes={"link": facts[-1].link})
        return [fact.seq for fact in facts]

    put(relays, "deliver", deliver)


def the_sweeper_closes_whatever_was_due(put: Put) -> None:
    """Between looking and closing somebody may have paid, and the sweeper's clock is ahead."""
    due, closing = close._due, close._close

    def look(at, at_once):
        found = due(at + close.dt.timedelta(seconds=1), at_once)
        time.sleep(WINDOW_SECONDS)
        return found

    def shut(pks, actor, at, reason):
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

    put(close, "_due", look)
    put(close, "_close", shut)


def returned_pieces_are_forgotten(put: Put) -> None:
    put(stocks, "take_back", lambda restocked, lost: None)


def points_are_given_in_a_second_transaction(put: Put) -> None:
    """Points are given once the payment is committed."""
    give = crew.give_points

    def later(order, at):
        def do():
            leave_half_done()
            with transaction.atomic():
                give(order, at)

        transaction.on_commit(do)

    put(crew, "give_points", later)


def the_batcher_answers_before_it_commits(put: Put) -> None:
    """The batcher tells its askers as soon as the work is done, and commits afterwards."""

    def serve(self, gathered):
        def work(asked, held):
            answers = list(hot.place_wishes(asked, held))
            by_key = {one.key: answer for one, answer in zip(asked, answers, strict=True)}
            for one, verdict in gathered:
                if one.key in by_key and not verdict.done():
                    verdict.set_result(by_key[one.key])
            leave_half_done()
            return answers

        verdicts = batch.execute_batch([one for one, _ in gathered], lock=hot.lock_stocks, work=work)
        for (_, verdict), answer in zip(gathered, verdicts, strict=True):
            if not verdict.done():
                verdict.set_result(answer)

    put(lane.Lane, "_serve", serve)
    # Who is answered does not look the order up: that would find out at once, and hide from the audit what was promised.
    put(hot, "get_order", lambda public_id: SimpleNamespace(public_id=public_id))


def a_batch_forgets_its_own_counts(put: Put) -> None:
    """Inside a batch each request is counted on top of what the member had before it, as if it were alone."""
    write = hot._write

    def forgetful(drafts, rows, taken, counted):
        last = {(line.stock_id, order.member_id): line.quantity for _, order, lines in drafts for line in lines}
        before = hot._counts([one for one, _, _ in drafts], rows)
        write(drafts, rows, taken, {place: before.get(place, 0) + last[place] for place in counted})

    put(hot, "_write", forgetful)


def a_retry_is_a_new_request(put: Put) -> None:
    """The key of a command is made anew by whoever sends it again: double presses buy twice."""
    attempt = crew.grab
    put(crew, "grab", lambda **given: attempt(**{**given, "key": f"{given['key']}:{secrets.token_hex(4)}"}))


def a_refund_is_not_taken_off_the_order(put: Put) -> None:
    """Money goes back and the order's own count of it stays where it was."""

    class Deaf:
        """Order.objects that does not hear of refunds."""

        @staticmethod
        def filter(**wanted):
            class Rows:
                @staticmethod
                def update(**values):
                    return 1 if "refunded_fen" in values else Order.objects.filter(**wanted).update(**values)

            return Rows

        get = Order.objects.get

    put(refund, "Order", type("Order", (), {"objects": Deaf}))


PLANTED: dict[str, Callable[[Put], None]] = {
    bug.__name__: bug
    for bug in (
        pieces_return_in_a_second_transaction,
        a_count_is_not_given_back,
        a_fact_is_told_after_the_commit,
        a_payment_does_not_look_at_the_time,
        a_late_payment_is_kept,
        the_log_of_commands_is_written_by_itself,
        the_relay_keeps_a_position_of_its_own,
        the_sweeper_closes_whatever_was_due,
        returned_pieces_are_forgotten,
        points_are_given_in_a_second_transaction,
        the_batcher_answers_before_it_commits,
        a_batch_forgets_its_own_counts,
        a_retry_is_a_new_request,
        a_refund_is_not_taken_off_the_order,
    )
}
