"""Reading teams."""

from lianyi.ops.campaigns.models import Campaign, Seat, Team
from lianyi.ops.campaigns.refusals import TeamUnknown
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order


def get_team(public_id: str) -> Team:
    """A team with its campaign and leader. Raises TeamUnknown."""
    found = Team.objects.filter(public_id=public_id).select_related("campaign__product", "campaign__budget", "leader").first()
    if found is None:
        raise TeamUnknown(team=public_id)
    return found


def list_seats(team: Team) -> list[Seat]:
    """Who is in a team and has paid, in the order of joining."""
    return list(Seat.objects.filter(team=team, state="paid").select_related("member").order_by("nth"))


def list_open_teams(campaign: Campaign, *, limit: int = 20) -> list[Team]:
    """Teams that can be joined, the nearest to full first. Only teams whose leader has paid."""
    teams = Team.objects.filter(campaign=campaign, state="open", joined__gte=1).select_related("leader")
    return sorted(teams[:200], key=lambda team: (team.size - team.joined - team.held, team.expires_at))[:limit]


def find_seat(team: Team, member: Member) -> Seat | None:
    """A member's seat in a team, held or paid; None when they have none."""
    return Seat.objects.filter(team=team, member=member, state__in=("held", "paid")).select_related("order").first()


def find_seat_of_order(order: Order) -> Seat | None:
    """The seat that an order pays for; None when it pays for none."""
    return Seat.objects.filter(order=order).select_related("team__campaign").first()


def list_teams_of(member: Member) -> list[Seat]:
    """A member's seats, the latest first."""
    return list(Seat.objects.filter(member=member).select_related("team__campaign__product", "order").order_by("-at", "-id"))
