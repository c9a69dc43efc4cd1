"""What happens in the demonstration: four votes, each in another state. The texts are the neighbourhood's own, in Chinese."""

from __future__ import annotations

from dataclasses import dataclass


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
    """`turnout` in thousandths of the electors; 0 = announced only. A vote whose window has passed is counted."""

    title: str
    explanation: str
    questions: tuple[PlotQuestion, ...]
    opened_days_ago: int
    window_days: int
    turnout: int
    objection: str = ""
    answer: str = ""
    is_final: bool = False

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
        is_final=True,
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
        objection="我在 11 月提交的选票能否确认已经计入？",
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
        opened_days_ago=6, window_days=20, turnout=410,
    ),
    Plot(
        title="修订《管理规约》：电动自行车集中充电",
        explanation="楼道内不再停放和充电；新建四处集中充电棚。表决开始前可向支援中心提出意见。",
        questions=(PlotQuestion(text="是否同意修订后的《管理规约》？", matter="covenant", rule="cn.278.ordinary"),),
        opened_days_ago=-9, window_days=20, turnout=0,
    ),
)  # fmt: skip
