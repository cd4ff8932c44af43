"""The place: two counties of a city with three communities each, three organisations and their projects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from timebank.organizations.rules import Facts as TeamFacts
from timebank.organizations.rules import credit_check_sign
from timebank.projects.rules import Facts
from timebank.regions.queries import RegionCard, children, region

CITY_DIGITS = 100_000_000
COMMITTEE = re.compile(r"(居民委员会|居委会|村民委员会|委会)$")
FIGURE_SOURCE = "演示数据"


@dataclass(frozen=True)
class Quarter:
    """The part of a county in which the story plays: two urban communities and a village."""

    county: RegionCard
    first: RegionCard
    second: RegionCard
    village: RegionCard

    @property
    def communities(self) -> tuple[RegionCard, ...]:
        return self.first, self.second, self.village


@dataclass(frozen=True)
class Town:
    """Where the story plays."""

    city: RegionCard
    north: Quarter
    south: Quarter


def find_town(city: int) -> Town | None:
    """The first two counties of the city (its four-digit code) that have room for the story."""
    card = region(city * CITY_DIGITS)
    quarters = (_quarter(county) for county in children(city * CITY_DIGITS))
    found = [quarter for quarter in quarters if quarter]
    return Town(card, found[0], found[1]) if card and len(found) > 1 else None


def _quarter(county: RegionCard) -> Quarter | None:
    for township in children(county.code):
        inside = children(township.code)
        urban = [each for each in inside if each.setting == "urban"]
        rural = [each for each in inside if each.setting == "rural"]
        if len(urban) > 1 and rural:
            return Quarter(county, urban[0], urban[1], rural[0])
    return None


def short(community: RegionCard) -> str:
    """A community as people call it: 篦子街社区, 新都村."""
    return COMMITTEE.sub("", community.name)


def homes(town: Town) -> list[tuple[int, int, int]]:
    """Communities, how many of the volunteers live there, how many of them are party members."""
    north, south = town.north, town.south
    return [
        (north.first.code, 19, 8),
        (north.second.code, 16, 11),
        (north.village.code, 9, 2),
        (south.first.code, 9, 3),
        (south.second.code, 6, 0),
        (south.village.code, 13, 2),
    ]


def figures(town: Town) -> list[dict[str, str]]:
    """Illustrative figures; one community has none on purpose."""
    north, south = town.north, town.south
    rows = [
        (north.county, None, 1530),
        (south.county, None, 420),
        (north.first, 4812, 36),
        (north.second, 3265, 12),
        (north.village, 412, 9),
        (south.first, 5120, 41),
        (south.village, 86, 5),
    ]
    return [
        {
            "code": f"{card.code:012d}",
            "residents": "" if residents is None else str(residents),
            "party_members": str(members),
        }
        for card, residents, members in rows
    ]


def teams(town: Town) -> tuple[TeamFacts, TeamFacts, TeamFacts]:
    """A registered organisation of the county, a residents' committee, a filed team."""
    north, south = town.north, town.south
    code = "51990101MJY000001"
    return (
        {
            "name": f"{north.county.name}暖城志愿服务协会",
            "kind": "organization",
            "region_code": north.first.code,
            "credit_code": code + credit_check_sign(code),
            "supervisor": f"{north.county.name}民政局",
            "head_name": "周敏",
            "categories": ["neighbour_help", "health_care", "civility_guidance"],
            "founded_on": date(2019, 3, 5),
            "introduction": "组织文明引导、社区义诊和便民服务，常年招募志愿者，岗前统一培训、统一投保。",
        },
        {
            "name": f"{short(north.second)}居民委员会",
            "kind": "committee",
            "region_code": north.second.code,
            "supervisor": f"{north.county.name}民政局",
            "head_name": "何丽",
            "categories": ["elder_help", "neighbour_help"],
            "introduction": "周六为独居老人送餐，工作日在一楼大厅设便民服务台。",
        },
        {
            "name": f"{short(south.first)}邻里互助队",
            "kind": "team",
            "region_code": south.first.code,
            "filing_no": f"{south.county.name}备〔2025〕018号",
            "filing_authority": f"{short(south.first)}居民委员会",
            "supervisor": f"{short(south.first)}居民委员会",
            "head_name": "彭勇",
            "categories": ["environment", "schooling"],
            "founded_on": date(2025, 2, 20),
            "introduction": "清理河道、陪伴留守儿童写作业，都是家门口的事，欢迎街坊一起来。",
        },
    )


def applications(town: Town) -> tuple[TeamFacts, TeamFacts]:
    """Teams that volunteers found: one that was accepted long ago, one that waits for review."""
    first, second = town.north.first, town.north.second
    return (
        {
            "name": f"{short(first)}银龄互助队",
            "kind": "team",
            "region_code": first.code,
            "filing_no": f"{short(first)}备〔2026〕003号",
            "filing_authority": f"{short(first)}居民委员会",
            "supervisor": f"{short(first)}居民委员会",
            "categories": ["elder_help", "neighbour_help"],
            "introduction": "退休邻居结对看望独居老人，每周上门一次，陪着聊聊天，帮忙买菜取药。",
        },
        {
            "name": f"{short(second)}旧衣新生队",
            "kind": "team",
            "region_code": second.code,
            "filing_no": f"{short(second)}备〔2026〕007号",
            "filing_authority": f"{short(second)}居民委员会",
            "supervisor": f"{short(second)}居民委员会",
            "categories": ["environment", "poverty_help"],
            "introduction": "上门回收干净的旧衣物，分拣消毒后送给有需要的家庭，不能穿的做成拖把和布袋。",
        },
    )


def guidance(town: Town) -> Facts:
    """The long-running project in which a few people give most of their time."""
    return Facts(
        name="文明引导与便民服务岗",
        region_code=town.north.first.code,
        place=f"{short(town.north.first)}便民服务站",
        content="在服务站和路口引导行人，帮助老人取号、填表、使用手机，劝导不文明行为。",
        categories=["civility_guidance", "neighbour_help"],
        recipients=["resident"],
        risk="全天在路边值守，注意过往车辆，高温和雨天轮换休息。",
        safeguards=["insurance", "water", "meal"],
        leader_name="周敏",
        earns_credit=True,
    )


def meals(town: Town) -> Facts:
    return Facts(
        name="周六为独居老人送餐",
        region_code=town.north.second.code,
        place=f"{short(town.north.second)}老年食堂",
        content="两人一组，把午餐送到独居和行动不便的老人家中，陪老人说说话，看看有没有需要帮忙的事。",
        categories=["elder_help", "elder_care"],
        recipients=["living_alone", "empty_nest", "disabled_elder"],
        risk="上下楼注意台阶，电动车慢行；遇老人身体不适先拨打120，再联系负责人。",
        safeguards=["insurance", "transport", "training"],
        leader_name="何丽",
        earns_credit=True,
    )


def rivers(town: Town) -> Facts:
    return Facts(
        name="河道清洁日",
        region_code=town.south.first.code,
        place=f"{short(town.south.first)}河边步道",
        content="清理河岸垃圾，登记排污口，向居民宣传不往河里倒垃圾。",
        categories=["environment"],
        recipients=["resident"],
        risk="岸边湿滑，不下水；戴手套，使用夹子，不徒手捡拾玻璃和针头。",
        safeguards=["insurance", "clothing", "water", "protection"],
        leader_name="彭勇",
        earns_credit=False,
        is_dangerous=True,
        insurance="志愿者意外险，含涉水作业，每人保额20万元，每次活动前一天生效。",
    )


def lessons(town: Town) -> Facts:
    return Facts(
        name="周末课堂：陪伴留守儿童",
        region_code=town.south.village.code,
        place=f"{short(town.south.village)}文化活动室",
        content="辅导作业，读书讲故事，和孩子们一起做手工。志愿者须两人以上同时在场。",
        categories=["schooling", "culture_sports"],
        recipients=["left_behind_child"],
        risk="不单独带孩子离开活动室；发现孩子受伤或情绪异常，立即告诉负责人。",
        safeguards=["insurance", "training"],
        leader_name="彭勇",
        earns_credit=True,
        with_minors=True,
        supervision="孩子由监护人送到活动室并签字，志愿者两人以上同时在场，下课后交还监护人。",
    )


def clinic(town: Town) -> Facts:
    return Facts(
        name="社区义诊与健康咨询",
        region_code=town.north.first.code,
        place=f"{short(town.north.first)}党群服务中心广场",
        content="量血压、测血糖，解答用药和慢病管理的问题，为行动不便的居民登记上门服务。",
        categories=["health_care"],
        recipients=["resident", "empty_nest"],
        risk="采血由持证医护人员操作，志愿者负责引导和登记，注意保护居民隐私。",
        safeguards=["insurance", "training", "protection"],
        leader_name="周敏",
        earns_credit=True,
        skills=["first_aid"],
        contact_name="周敏",
        contact_phone="0833-2440123",
        contact_phone_public=True,
        fund_source="purchased",
    )


def help_desk(town: Town) -> Facts:
    return Facts(
        name="便民服务台",
        region_code=town.north.second.code,
        place=f"{short(town.north.second)}一楼大厅",
        content="教老人用手机挂号、缴费、视频通话，帮助填写各类申请表。",
        categories=["neighbour_help", "elder_help"],
        recipients=["resident", "empty_nest"],
        risk="不代老人保管证件和密码，不代为转账。",
        safeguards=["insurance", "water"],
        leader_name="何丽",
        earns_credit=True,
    )


EVENING_CLASSES = {
    "scheduled": "长者英语角",
    "recruited": "智能手机夜校",
    "paused": "合唱伴奏与场地布置",
    "stopped": "夜市秩序引导",
    "voided": "广场便民集市",
    "running": "防汛知识宣讲布展",
    "closed": "家电义务维修夜",
    "archived": "春季旧书交换",
    "rejected": "单位大厅值守",
}


def evening_class(town: Town, name: str) -> Facts:
    """Small projects of one evening, which show the states of projects."""
    return Facts(
        name=EVENING_CLASSES[name],
        region_code=town.north.first.code,
        place=f"{short(town.north.first)}党群服务中心二楼",
        content="布置场地，引导居民就座，一对一帮助长者，结束后打扫。",
        categories=["culture_sports", "elder_help"],
        recipients=["resident"],
        risk="夜间返程注意交通安全，搬动桌椅两人一组。",
        safeguards=["insurance", "water"],
        leader_name="周敏",
        earns_credit=True,
    )


def flood(town: Town) -> Facts:
    """A night's work that nobody could announce."""
    return Facts(
        name="凌晨搬运防汛沙袋",
        region_code=town.north.first.code,
        place=f"{short(town.north.first)}沿河路口",
        content="装填、搬运沙袋，封堵低洼路口，提醒一楼住户转移。",
        categories=["emergency"],
        recipients=["resident"],
        risk="夜间涉水，穿救生衣、反光背心，两人一组，不靠近河沿。",
        safeguards=["insurance", "clothing", "protection"],
        leader_name="周敏",
        earns_credit=True,
        is_dangerous=True,
        insurance="全年志愿者意外险，含应急救援，每人保额30万元。",
    )


def unfinished(town: Town) -> tuple[Facts, Facts, Facts]:
    """Projects that wait for review, were returned, are still being written."""
    base = clinic(town)
    return (
        {
            **base,
            "name": "反诈宣传进楼栋",
            "content": "入户发放反诈手册，帮助老人设置来电提醒，讲解常见骗局。",
            "categories": ["public_security"],
            "risk": "两人同行入户，不进入无人应答的住户。",
        },
        {
            **base,
            "name": "夜间巡逻护学",
            "content": "晚自习放学时段在校门口和路口维持秩序。",
            "categories": ["public_security", "traffic_safety"],
            "risk": "夜间道路值守。",
        },
        {
            **base,
            "name": "旧衣物整理与捐赠",
            "content": "收集、分拣、消毒居民捐赠的衣物，转交有需要的家庭。",
            "categories": ["poverty_help"],
            "recipients": ["subsistence", "extreme_hardship"],
            "risk": "搬运时注意腰部，佩戴口罩和手套。",
        },
    )
