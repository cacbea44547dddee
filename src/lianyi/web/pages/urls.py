"""Addresses of the members' pages. Every route has its row in tests/web/pages/test_routes.py."""

from django.urls import path

from lianyi.web.pages.views import beacon, doors, front, invites, mine, orders, privacy

urlpatterns = [
    path("", front.home, name="home"),
    path("p/<str:public_id>/", front.product, name="product"),
    path("p/<str:public_id>/buy/", front.buy, name="buy"),
    path("in/", doors.ask, name="sign_in"),
    path("in/wechat/", doors.to_wechat, name="to_wechat"),
    path("in/wechat/back/", doors.from_wechat, name="from_wechat"),
    path("in/<str:token>/", doors.use, name="use_link"),
    path("out/", doors.out, name="sign_out"),
    path("s/<str:token>/", invites.shared, name="shared"),
    path("me/", mine.mine, name="mine"),
    path("me/orders/", orders.orders, name="orders"),
    path("me/orders/<str:public_id>/", orders.order, name="order"),
    path("me/orders/<str:public_id>/cancel/", orders.cancel, name="cancel_order"),
    path("me/orders/<str:public_id>/refund/", orders.ask_back, name="ask_back"),
    path("me/points/", mine.account, {"kind": "points"}, name="points"),
    path("me/commission/", mine.account, {"kind": "commission"}, name="commission"),
    path("me/invites/", invites.invites, name="invites"),
    path("me/poster/", invites.poster, name="poster"),
    path("me/privacy/", privacy.privacy, name="privacy"),
    path("me/privacy/choose/", privacy.choose, name="choose_consent"),
    path("privacy/", privacy.notice, name="privacy_notice"),
    path("privacy/answer/", privacy.answer, name="answer_consent"),
    path("rules/", privacy.rules, name="rules"),
    path("beacon/", beacon.beacon, name="beacon"),
]
