"""What happens in the demonstration: five votes, each in another state. The texts are the neighbourhood's own, in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from participation.votes.standing import Channel


@dataclass(frozen=True)
class PlotQuestion:
    """`leaning`: (choice, up to which of 100); `likings`: of 100 voters, how many approve of each candidate."""

    text: str
    matter: str
    rule: str
    leaning: tuple[tuple[str, int], ...] = ()
    seats: int | None = None
    candidates: tuple[tuple[str, str], ...] = ()
    likings: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plot:
    """`turnout` in thousandths of the electors; 0 = announced only. A vote whose window has passed is counted.

    `ways`: of 1000 voters, how many came by each way; all others on the phone.  `proxies`: how many voted through one.
    `sheets`: paper ballots are printed for everybody.  A secret election is a rehearsal, so that its box can be closed
    and opened on the spot.
    """

    title: str
    explanation: str
    questions: tuple[PlotQuestion, ...]
    opened_days_ago: int
    window_days: int
    turnout: int
    objection: str = ""
    answer: str = ""
    is_final: bool = False
    ways: tuple[tuple[Channel, int], ...] = ()
    proxies: int = 0
    has_sheets: bool = False
    is_secret: bool = False

    @property
    def is_over(self) -> bool:
        return self.opened_days_ago >= self.window_days


PLOTS = (
    Plot(
        title="使用维修资金更换排水立管",
        explanation=(
            "36栋楼的排水立管使用已超过三十年，去年报修 **214** 次。\n\n"
            "- 更换全部立管，预算 312 万元，从专项维修资金列支；\n- 每栋施工三天，白天断水不超过六小时；\n- 居民监督队全程验收。"
        ),
        questions=(
            PlotQuestion(
                text="是否同意使用专项维修资金 312 万元更换全部 36 栋楼的排水立管？",
                matter="use_fund", rule="cn.278.ordinary",
                leaning=(("yes", 83), ("no", 92), ("abstain", 96), ("follow", 100)),
            ),
        ),
        opened_days_ago=45, window_days=15, turnout=790,
        objection="我家面积登记为 62.10 平方米，统计时是否按产证面积计算？",
        answer="已核对：按不动产登记面积 62.10 平方米计入，与公告名册一致，统计结果不变。",
        is_final=True, has_sheets=True, proxies=3,
        ways=((Channel.PAPER, 38), (Channel.POLLING_POINT, 60), (Channel.DOORSTEP, 25), (Channel.RECORDED_PHONE, 4)),
    ),
    Plot(
        title="选举第三届业主委员会委员",
        explanation="应选委员 **5** 名，候选人 7 名，任期五年。每户最多可选 5 人。",
        questions=(
            PlotQuestion(
                text="选举第三届业主委员会委员（应选 5 名）",
                matter="committee", rule="cn.278.ordinary", seats=5,
                candidates=(
                    ("周敏华", "退休教师，连续六年担任楼长。"),
                    ("刘建军", "水电工程师，愿意负责设施维护。"),
                    ("陈桂兰", "社区志愿者，熟悉老人需求。"),
                    ("何志强", "会计，主张每季度公开账目。"),
                    ("唐晓燕", "律师，协助修订议事规则。"),
                    ("马国庆", "小店店主，关心停车与商铺管理。"),
                    ("许文静", "设计师，希望改善花园与步道。"),
                ),
                likings=(82, 74, 77, 69, 66, 41, 38),
            ),
        ),
        opened_days_ago=17, window_days=15, turnout=742,
        objection="我在 11 月提交的选票能否确认已经计入？", has_sheets=True, proxies=2,
        ways=((Channel.PAPER, 22), (Channel.POLLING_POINT, 45), (Channel.DOORSTEP, 15)),
    ),
    Plot(
        title="加装太阳能路灯与调整停车位",
        explanation=(
            "两件事一次表决：\n\n1. 在主要步道加装 48 盏太阳能路灯，费用 9.6 万元，由公共收益列支；\n"
            "2. 将 6 号楼北侧绿地边缘改为 22 个停车位，**属于改变共有部分用途**，须四分之三以上同意。"
        ),
        questions=(
            PlotQuestion(
                text="是否同意使用公共收益 9.6 万元加装 48 盏太阳能路灯？", matter="other", rule="cn.278.ordinary",
                leaning=(("yes", 78), ("no", 88), ("abstain", 94), ("follow", 100)),
            ),
            PlotQuestion(
                text="是否同意将 6 号楼北侧绿地边缘改为 22 个停车位？", matter="common_parts", rule="cn.278.special",
                leaning=(("yes", 55), ("no", 90), ("abstain", 97), ("follow", 100)),
            ),
        ),
        opened_days_ago=6, window_days=20, turnout=410, has_sheets=True,
        ways=((Channel.PAPER, 15), (Channel.POLLING_POINT, 30), (Channel.DOORSTEP, 10)),
    ),
    Plot(
        title="修订《管理规约》：电动自行车集中充电",
        explanation="楼道内不再停放和充电；新建四处集中充电棚。表决开始前可向支援中心提出意见。",
        questions=(PlotQuestion(text="是否同意修订后的《管理规约》？", matter="covenant", rule="cn.278.ordinary"),),
        opened_days_ago=-9, window_days=20, turnout=0,
    ),
    Plot(
        title="演练：无记名选举社区协议会成员",
        explanation=(
            "应选成员 **3** 名，候选人 5 名。每位业主一票，不计面积；截止之前可以改投，以最后一次为准。\n\n"
            "选票用选举委员会的密钥封好：谁投了票可以知道，投给谁没有人知道。这是一次演练，不具法律效力，可以随时进入下一步。"
        ),
        questions=(
            PlotQuestion(
                text="选举社区协议会成员（应选 3 名）", matter="council", rule="council.secret", seats=3,
                candidates=(
                    ("韩素琴", "愿意负责邻里互助和独居老人探访。"),
                    ("邓伟", "三号楼居民，关心充电安全。"),
                    ("罗慧", "小学教师，想办好社区学堂。"),
                    ("白永安", "退休会计，愿意核对每一笔账目。"),
                    ("叶青", "青年住户代表，主张会议公开。"),
                ),
                likings=(71, 52, 64, 58, 37),
            ),
        ),
        opened_days_ago=2, window_days=18, turnout=45, is_secret=True,
    ),
)  # fmt: skip
