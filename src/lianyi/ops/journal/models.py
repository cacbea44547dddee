"""What the journal keeps: facts to be moved to the stream, and commands that were carried out."""

from django.db import models


class Fact(models.Model):
    """One change of state, written in the transaction that made it (the outbox).

    uid    : 32 hex digits, the event_id of the stream
    fact   : the whole fact as canonical JSON; without what was erased
    digest : of salt, uid and fact as first written; the salt goes with what an erasure takes out, so that nothing can be guessed from it
    redacted_at : when an erasure last took something out: of what it says, or who acted
    seq    : dense number, given by the relay; null until then
    link   : the chain's head at this fact: digest of the link before, seq, uid and digest
    """

    uid = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    at = models.DateTimeField()
    member_id = models.CharField(max_length=40, blank=True)
    order_id = models.CharField(max_length=40, blank=True)
    fact = models.TextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    command_key = models.CharField(max_length=120, blank=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    seq = models.BigIntegerField(null=True, unique=True)
    link = models.CharField(max_length=64, blank=True)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "事实"
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__isnull=True) | models.Q(seq__gt=0), name="fact_seq_positive"),
            models.CheckConstraint(
                condition=models.Q(seq__isnull=True, link="") | (models.Q(seq__isnull=False) & ~models.Q(link="")),
                name="fact_numbered_is_linked",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="fact_unnumbered", condition=models.Q(seq__isnull=True)),
            models.Index(fields=["member_id"], name="fact_member", condition=~models.Q(member_id="")),
            models.Index(fields=["order_id"], name="fact_order", condition=~models.Q(order_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uid}"


class Command(models.Model):
    """A command that was carried out: the same key gives the same answer.

    digest : of name, actor and payload; empty once a member whom it named was erased, and then no repeat is answered
    result : JSON, as it was answered, without what was erased
    """

    key = models.CharField(max_length=120, primary_key=True)
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    result = models.TextField(blank=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "命令"
        # Of the team's own only, which are few beside the members': the audit log reads them, and a sale writes none.
        indexes = [models.Index(fields=["-at", "actor_id", "name"], condition=models.Q(actor_kind="team"), name="command_of_team")]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Erasure(models.Model):
    """A member whose erasure the stream has still to learn of, or has.

    member_id : theirs until the stream has learnt of it; afterwards a keyed stand-in, by which they are known should an old file name them again
    """

    member_id = models.CharField(max_length=40, unique=True)
    asked_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "抹除"

    def __str__(self) -> str:
        return self.member_id
