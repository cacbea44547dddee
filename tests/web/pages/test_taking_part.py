"""Taking part through the pages, mechanic by mechanic; what is refused says why and changes nothing."""

import datetime as dt
import json
import re

import pytest

from lianyi.ops.campaigns.selectors import get_team, list_coupons_of
from lianyi.ops.campaigns.services import close, coupons, draws, flash_sale, pause, reveal
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.ledger.selectors import balances_of
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import get_stock, list_orders
from tests.web.pages.conftest import OWNER, new_key, order_at, pay, signed_in
from tests.web.pages.test_routes import DRAW

FLASH = {"price_fen": 5000, "limit_per_member": 2}
TEAM = {"price_fen": 5000, "size": 3, "leader_off_fen": 500}
BARGAIN = {"start_fen": 9900, "floor_fen": 5000, "helpers": 2}


def sent(browser, address, **more):
    return browser.post(address, {**new_key(), **more})


def text_of(answer):
    return answer.content.decode()


def test_a_flash_sale_sells_at_its_price_up_to_its_limit(mei, serum, launch):
    campaign = launch("flash_sale", FLASH, product=serum)
    browser, address = signed_in(mei), f"/c/{campaign.public_id}/"

    assert "5 taken" in text_of(browser.get(address))
    order = order_at(sent(browser, f"{address}buy/", quantity="2").url)
    assert order.payable_fen == 10_000
    assert "You have had yours" in text_of(browser.get(address))
    assert sent(browser, f"{address}buy/", quantity="1").status_code == 409
    assert get_stock(serum, f"campaign:{campaign.public_id}").held == 2


def test_a_sale_that_has_not_begun_is_shown_and_sells_nothing(mei, serum, launch, now):
    campaign = launch("flash_sale", FLASH, product=serum, starts_at=now + dt.timedelta(hours=2))
    browser, address = signed_in(mei), f"/c/{campaign.public_id}/"

    assert "Starts in" in text_of(browser.get(address))
    assert f'href="{address}"' in text_of(browser.get("/")), "announced on the front"
    assert sent(browser, f"{address}buy/").status_code == 409
    assert list_orders(mei) == []


def test_a_team_fills_by_paying_and_shows_who_is_missing(mei, bo, serum, launch, now):
    campaign = launch("group_buy", TEAM, product=serum)
    host = signed_in(mei)
    first = order_at(sent(host, f"/c/{campaign.public_id}/team/").url)
    assert first.payable_fen == 4500
    pay(first)
    team = re.search(r'href="(/t/[\w-]+/)"', text_of(host.get(f"/c/{campaign.public_id}/")))[1]
    assert "<b>2</b> more to go" in text_of(host.get(team))
    assert "Invite friends" in text_of(host.get(team))

    friend = signed_in(bo)
    assert "Join the team" in text_of(friend.get(team))
    second = order_at(sent(friend, f"{team}join/").url)
    assert "it counts once you have paid" in text_of(friend.get(team))
    pay(second)
    third = join(actor=OWNER, at=now, phone="13800000003")
    pay(order_at(sent(signed_in(third), f"{team}join/").url))

    assert get_team(team.strip("/")[2:]).state == "full"
    assert "The team is full" in text_of(host.get(team))
    late = join(actor=OWNER, at=now, phone="13800000004")
    assert "Open a team of my own" in text_of(signed_in(late).get(team))
    assert sent(signed_in(late), f"{team}join/").status_code == 409


def test_who_has_an_open_team_is_led_to_it_and_opens_no_second(mei, serum, launch):
    campaign = launch("group_buy", TEAM, product=serum)
    host = signed_in(mei)
    pay(order_at(sent(host, f"/c/{campaign.public_id}/team/").url))

    assert "My team needs 2 more" in text_of(host.get(f"/c/{campaign.public_id}/"))
    assert sent(host, f"/c/{campaign.public_id}/team/").status_code == 409


def test_friends_bring_a_price_down_to_its_floor_and_the_owner_buys(mei, bo, serum, launch, now):
    campaign = launch("bargain", BARGAIN, product=serum)
    owner = signed_in(mei)
    address = sent(owner, f"/c/{campaign.public_id}/bargain/").url
    assert "Ask friends" in text_of(owner.get(address))
    assert sent(owner, f"{address}help/").status_code == 409

    helper = signed_in(bo)
    assert "Help with a cut" in text_of(helper.get(address))
    assert sent(helper, f"{address}help/").url == address
    assert "You took off" in text_of(helper.get(address))
    assert sent(helper, f"{address}help/").status_code == 409
    assert sent(helper, f"{address}buy/").status_code == 404, "somebody else's bargain is not theirs to buy"
    sent(signed_in(join(actor=OWNER, at=now, phone="13800000003")), f"{address}help/")

    order = order_at(sent(owner, f"{address}buy/").url)
    assert order.payable_fen == 5000


def test_a_coupon_is_taken_once_and_comes_off_at_the_checkout(mei, serum, launch):
    campaign = launch("coupon", {"amount_fen": 2000, "threshold_fen": 9000, "total": 9})
    browser = signed_in(mei)

    assert sent(browser, f"/c/{campaign.public_id}/coupon/").url == "/me/coupons/"
    assert sent(browser, f"/c/{campaign.public_id}/coupon/").status_code == 409
    assert "on ¥90.00" in text_of(browser.get("/me/coupons/"))
    page = text_of(browser.get("/p/p_serum/checkout/?quantity=1"))
    assert "−¥20.00" in page
    order = order_at(sent(browser, "/p/p_serum/checkout/", quantity="1", coupon="best").url)
    assert order.payable_fen == 7900
    assert "−¥20.00" not in text_of(browser.get("/p/p_serum/checkout/?quantity=1"))


@pytest.mark.parametrize("kind", ["flash_sale", "coupon", "lottery"])
def test_while_too_many_ask_the_answer_says_when_to_come_again_and_the_same_press_then_works(kind, mei, serum, launch, monkeypatch):
    terms, path, lane = {
        "flash_sale": (FLASH, "buy", flash_sale.LANE),
        "coupon": ({"amount_fen": 2000, "total": 9}, "coupon", coupons.LANE),
        "lottery": (DRAW, "draw", draws.LANE),
    }[kind]
    campaign = launch(kind, terms, **({"product": serum} if kind == "flash_sale" else {}))
    browser, address, press = signed_in(mei), f"/c/{campaign.public_id}/{path}/", new_key()
    told = Fact.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(lane, "capacity", 0)
        refused = browser.post(address, {**press, "quantity": "1"})

    assert (refused.status_code, int(refused.headers["Retry-After"]) >= 1) == (429, True)
    assert Fact.objects.count() == told
    assert browser.post(address, {**press, "quantity": "1"}).status_code == 302


def test_a_coupon_of_somebody_else_is_not_there(mei, bo, serum, launch):
    campaign = launch("coupon", {"amount_fen": 2000, "total": 9})
    sent(signed_in(mei), f"/c/{campaign.public_id}/coupon/")
    (coupon,) = list_coupons_of(mei)

    answer = sent(signed_in(bo), "/p/p_serum/checkout/", quantity="1", coupon=coupon.public_id)

    assert answer.status_code == 404
    assert list_orders(bo) == []
    assert list_coupons_of(mei)[0].state == "issued"


def test_checking_in_gives_points_once_a_day(mei, launch):
    campaign = launch("check_in", {"points": [5, 6]})
    browser = signed_in(mei)

    assert "Check in" in text_of(browser.get("/me/points/"))
    sent(browser, f"/c/{campaign.public_id}/check-in/")
    assert balances_of(mei)["points"] == 5
    assert sent(browser, f"/c/{campaign.public_id}/check-in/").status_code == 409
    page = text_of(browser.get("/me/points/"))
    assert "see you tomorrow" in page
    assert "Check-in: given" in page


def test_a_draw_shows_its_odds_gives_its_prize_and_is_proved_afterwards(mei, launch, now):
    campaign = launch("lottery", DRAW)
    browser, address = signed_in(mei), f"/c/{campaign.public_id}/"

    page = text_of(browser.get(address))
    assert "100%" in page
    assert campaign.commitment in page
    sent(browser, f"{address}draw/")
    assert "50 points" in text_of(browser.get(address))
    assert balances_of(mei)["points"] == 50
    assert sent(browser, f"{address}draw/").status_code == 409
    before = json.loads(browser.get(f"{address}proof/?as=json").content)
    assert (before["seed"], before["entries"][0]["again"]) == (None, None)
    assert campaign.seed not in text_of(browser.get(f"{address}proof/"))

    close(actor=OWNER, at=now, campaign=campaign)
    reveal(key="test:reveal", actor=OWNER, at=now, campaign=campaign)
    after = json.loads(browser.get(f"{address}proof/?as=json").content)
    assert after["seed"] == campaign.seed
    assert [entry["then"] == entry["again"] for entry in after["entries"]] == [True]
    assert "all 1 results come out the same again" in text_of(browser.get(f"{address}proof/"))


def test_an_invitation_is_confirmed_once_and_only_by_who_was_invited(mei, bo, launch):
    campaign = launch("referral", {"inviter_points": 200, "invitee_points": 100})
    invited, address = signed_in(bo), f"/c/{campaign.public_id}/invitation/"

    assert "Confirm my invitation" in text_of(invited.get(f"/c/{campaign.public_id}/"))
    assert sent(signed_in(mei), address).status_code == 409
    assert sent(invited, address).status_code == 302
    assert sent(invited, address).status_code == 409
    assert "Confirm my invitation" not in text_of(invited.get(f"/c/{campaign.public_id}/"))


def test_a_paused_campaign_says_so_and_takes_nobody(mei, serum, launch, now):
    campaign = launch("flash_sale", FLASH, product=serum)
    pause(actor=OWNER, at=now, campaign=campaign, reason="stock count")
    facts = Fact.objects.count()
    browser = signed_in(mei)

    assert "Paused" in text_of(browser.get(f"/c/{campaign.public_id}/"))
    assert sent(browser, f"/c/{campaign.public_id}/buy/").status_code == 409
    assert Fact.objects.count() == facts


def test_a_campaign_for_some_is_not_shown_to_others(mei, serum, launch):
    campaign = launch("flash_sale", FLASH, product=serum, audience="tag:vip")
    browser = signed_in(mei)

    assert campaign.public_id not in text_of(browser.get("/"))
    assert "for certain members only" in text_of(browser.get(f"/c/{campaign.public_id}/"))
    assert sent(browser, f"/c/{campaign.public_id}/buy/").status_code == 409


def test_promoting_is_agreed_to_and_commission_asked_for_only_when_there_is_some(mei):
    browser = signed_in(mei)

    assert "nobody to recruit" in text_of(browser.get("/me/commission/"))
    assert sent(browser, "/me/commission/agree/", agreed="yes").status_code == 302
    refused = sent(browser, "/me/commission/withdraw/", amount="12.50")
    assert refused.status_code == 409
    assert "cannot be withdrawn" in text_of(refused)


@pytest.mark.parametrize("amount", ["", "-1", "1.234", "1e5", "NaN", "１２.５x", "9" * 12, "0x10", "<b>"])
def test_an_amount_that_is_none_is_refused_with_words(mei, amount):
    answer = sent(signed_in(mei), "/me/commission/withdraw/", amount=amount)

    assert answer.status_code == 422
    assert "Not an amount" in text_of(answer)
