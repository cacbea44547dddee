"""Words for what campaigns keep as short names."""

from lianyi.compliance.channels import channel_names
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

STATES = {
    "draft": Text(zh="草稿", en="Draft"),
    "checked": Text(zh="检查已过", en="Checked"),
    "scheduled": Text(zh="待开始", en="Scheduled"),
    "running": Text(zh="进行中", en="Running"),
    "paused": Text(zh="已暂停", en="Paused"),
    "closed": Text(zh="已结束", en="Closed"),
    "settled": Text(zh="已结算", en="Settled"),
    "dropped": Text(zh="已放弃", en="Dropped"),
}
TONES = {
    "running": "good",
    "paused": "warn",
    "scheduled": "accent",
    "checked": "accent",
    "closed": "",
    "settled": "",
    "draft": "",
    "dropped": "",
}
ICONS = {
    "flash_sale": "zap",
    "group_buy": "users",
    "bargain": "scissors",
    "referral": "user-plus",
    "coupon": "ticket",
    "threshold": "percent",
    "gift": "gift",
    "bundle": "package",
    "member_price": "crown",
    "lottery": "dices",
    "check_in": "calendar-check",
    "points": "coins",
}
SPENDINGS = {
    "price_cut": Text(zh="让价", en="Price cuts"),
    "coupon_subsidy": Text(zh="优惠券补贴", en="Coupon subsidies"),
    "promotion": Text(zh="促销优惠", en="Promotions"),
    "gift": Text(zh="赠品", en="Gifts"),
    "points": Text(zh="积分", en="Points"),
    "commission": Text(zh="佣金", en="Commission"),
    "prize": Text(zh="奖品", en="Prizes"),
}
# Items of the check before launch whose id is fixed; those of channels and of the law say themselves what they are.
ITEMS = {
    "goal": Text(zh="目标", en="Goal"),
    "hypothesis": Text(zh="假设", en="Hypothesis"),
    "budget": Text(zh="预算", en="Budget"),
    "terms": Text(zh="条款", en="Terms"),
    "simple": Text(zh="规则简单", en="Simple rules"),
    "prizes": Text(zh="奖品", en="Prizes"),
    "published": Text(zh="公示内容", en="What must be public"),
    "stock": Text(zh="库存", en="Stock"),
    "lasts": Text(zh="预算够用多久", en="How long the budget lasts"),
    "dates": Text(zh="起止时间", en="Dates"),
    "levels": Text(zh="佣金级数", en="Levels of commission"),
    "channels": Text(zh="渠道", en="Channels"),
    "audience": Text(zh="面向多少人", en="How many it is for"),
    "groups": Text(zh="对照的群", en="Groups held out"),
    "reference_price": Text(zh="划线价", en="Crossed-out price"),
    "unjudged": Text(zh="缺少事实", en="Facts are missing"),
    "rules_old": Text(zh="规则时效", en="Age of the rules"),
}


def item_name(id_: str) -> Text:
    """What an item of the check is about."""
    kind, _, rest = id_.partition(":")
    if kind == "law":
        return sentence("法规 %(rule)s", "Rule %(rule)s", rule=rest)
    if kind == "channel":
        return sentence("渠道：%(channel)s", "Channel: %(channel)s", channel=channel_names()[rest.partition(":")[2]])
    return ITEMS[id_]


CHOICES = {
    "amount": Text(zh="满减券", en="amount off"),
    "percent": Text(zh="折扣券", en="share off"),
    "shipping": Text(zh="运费券", en="shipping off"),
    "goods": Text(zh="实物", en="goods"),
    "points": Text(zh="积分", en="points"),
    "coupon": Text(zh="优惠券", en="coupon"),
    "voucher": Text(zh="代金券", en="voucher"),
    "service": Text(zh="服务", en="service"),
    "right_of_use": Text(zh="使用权", en="right of use"),
    "lottery_ticket": Text(zh="彩票", en="lottery ticket"),
    "none": Text(zh="谢谢参与", en="no prize"),
    "order": Text(zh="下单", en="an order"),
    "check_in": Text(zh="签到", en="checking in"),
    "task": Text(zh="完成任务", en="a task"),
    "once": Text(zh="每人一次", en="one each"),
    "first_order": Text(zh="好友首单付款后", en="the friend's first order is paid"),
    "return_window": Text(zh="好友首单过了退货期", en="the friend's return window is over"),
}
UNITS = {
    "minutes": Text(zh="分钟", en="minutes"),
    "hours": Text(zh="小时", en="hours"),
    "days": Text(zh="天", en="days"),
    "pieces": Text(zh="件", en="pieces"),
    "people": Text(zh="人", en="people"),
    "points": Text(zh="分", en="points"),
    "times": Text(zh="次", en="times"),
}
CATEGORIES = {
    "cosmetics": Text(zh="化妆品", en="Cosmetics"),
    "beauty": Text(zh="美容服务", en="Beauty"),
    "food": Text(zh="食品", en="Food"),
    "fresh_food": Text(zh="生鲜", en="Fresh food"),
    "health_food": Text(zh="保健食品", en="Health food"),
    "fsmp": Text(zh="特殊医学配方食品", en="Food for special medical purposes"),
    "apparel": Text(zh="服饰", en="Apparel"),
    "mother_baby": Text(zh="母婴", en="Mother and baby"),
    "home": Text(zh="家居", en="Home"),
    "electronics": Text(zh="数码家电", en="Electronics"),
    "education": Text(zh="教育", en="Education"),
    "alcohol": Text(zh="酒类", en="Alcohol"),
    "medical": Text(zh="医疗", en="Medical"),
    "aesthetic_medicine": Text(zh="医疗美容", en="Aesthetic medicine"),
    "drug": Text(zh="药品", en="Drugs"),
    "prescription_drug": Text(zh="处方药", en="Prescription drugs"),
    "device": Text(zh="医疗器械", en="Medical devices"),
    "pesticide": Text(zh="农药", en="Pesticides"),
    "veterinary_drug": Text(zh="兽药", en="Veterinary drugs"),
    "tobacco": Text(zh="烟草", en="Tobacco"),
    "e_cigarette": Text(zh="电子烟", en="E-cigarettes"),
    "online_game": Text(zh="网络游戏", en="Online games"),
    "investment": Text(zh="投资理财", en="Investment"),
    "other": Text(zh="其他", en="Other"),
}
AUDIENCES = {
    "all": Text(zh="所有会员", en="All members"),
    "new": Text(zh="没有下过单的新客", en="Those who never bought"),
    "tag": Text(zh="有某个标签的会员", en="Members with a tag"),
    "tier": Text(zh="某个等级的会员", en="Members of a tier"),
    "segment": Text(zh="一个人群", en="A segment"),
}
HOLDOUTS = {
    "none": Text(zh="不留对照组", en="Nobody"),
    "member": Text(zh="按会员随机", en="Members by lot"),
    "group": Text(zh="按社群随机", en="Whole groups by lot"),
}
STEPS = (
    Text(zh="选玩法", en="Mechanic"),
    Text(zh="填设置", en="Settings"),
    Text(zh="上线检查", en="Check"),
    Text(zh="运行", en="Run"),
    Text(zh="结束与复盘", en="Close and learn"),
)
STEP_OF = {"draft": 2, "checked": 2, "scheduled": 3, "running": 3, "paused": 3, "closed": 4, "settled": 5, "dropped": 5}
REASONS = {
    "favours_consumer": Text(zh="对消费者更有利", en="It favours consumers"),
    "force_majeure": Text(zh="不可抗力", en="Force majeure"),
}
