"""The usual names of a roll's columns in Chinese, Korean and English, folded for comparison.

Order inside a field is preference: where a file has both 专有部分面积 and 建筑面积, the first is read.
What is *not* here matters as much: 套内面积, 公摊面积, 使用面积, 공급면적, 总层数, 户主 are other things.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MANDATORY = ("building", "number", "area", "owner")
FIELDS = (
    "building", "stairwell", "floor", "number", "kind", "area", "area_basis", "owner", "identity",
    "co_owner", "co_identity", "phone", "share", "title", "voter", "tenant", "notes",
)  # fmt: skip

_NAMES: dict[str, tuple[str, ...]] = {
    "building": (
        "楼栋 楼号 栋号 幢号 楼幢 楼栋号 楼幢号 栋 幢 座 座号 楼座 栋座 楼 楼宇 楼名 楼宇名称 楼栋名称 建筑物 建筑物名称 "
        "樓棟 樓號 棟號 棟 幢號 동 동명 동번호 동이름 건물 건물명 건물동",
        "building|building no|building number|building name|bldg|block|tower",
    ),
    "stairwell": (
        "单元 单元号 单元门 单元名称 梯 梯号 梯位 楼梯 楼梯号 门洞 门洞号 門洞 單元 單元號 라인 라인번호 통로 계단 계단실",
        "stairwell|staircase|stair|stairs|entrance|core",
    ),
    "floor": ("楼层 层 层数 所在层 所在楼层 楼层号 层次 樓層 層 층 층수 해당층", "floor|storey|story|level"),
    "number": (
        "房号 室号 户号 房间号 房间 室 房室号 房屋号 户室号 房屋号码 房产号 户室 车位号 商铺号 房號 室號 戶號 호 호수 호실 호번호 세대번호",
        "home|home no|home number|room|room no|room number|flat|flat no|flat number|apartment|apartment no|apartment number|apt|apt no|door|door no|door number",
    ),
    "kind": (
        "类型 用途 房屋类型 房屋用途 房屋性质 物业类型 规划用途 使用性质 业态 類型 房屋類型 용도 종류 유형 건물용도",
        "kind|type|use|usage|property type|home type",
    ),
    "area": (
        "专有部分面积 专有部分建筑面积 专有面积 专有建筑面积 專有部分面積 專有面積 전유면적 전유부분면적 전유부분 전용면적 "
        "建筑面积 产权面积 登记面积 证载面积 产证面积 房产面积 房屋面积 房屋建筑面积 建面 面积 建築面積 面積 등기면적 면적",
        "exclusive area|area of exclusive part|exclusive part area|registered area|floor area|building area|built area|area|size",
    ),
    "area_basis": (
        "面积依据 面积来源 面积依据来源 面积认定依据 依据 依據 面積依據 面積來源 면적근거 면적출처 면적기준 근거",
        "area basis|basis|area source|source of area|basis of area",
    ),
    "owner": (
        "业主姓名 业主名称 产权人 产权人姓名 所有权人 所有权人姓名 不动产权利人 权利人 权利人姓名 业主 房主 姓名 "
        "業主姓名 業主 產權人 所有權人 소유자 소유자명 소유자성명 구분소유자 소유주 성명 이름",
        "owner name|owners name|name of owner|owner|owners|proprietor|title holder|titleholder|registered owner|name",
    ),
    "identity": (
        "证件号后四位 证件号码后四位 证件后四位 身份证后四位 身份证号后四位 身份证号码后四位 证件尾号 身份证尾号 證件號後四位 身分證後四碼 "
        "신분증뒤4자리 주민번호뒤4자리 주민등록번호뒤4자리 신분증번호뒤4자리 신분증끝4자리 주민번호끝4자리 "
        "证件号 证件号码 身份证 身份证号 身份证号码 公民身份号码 有效证件号码 证件 證件號 身分證字號 신분증번호 주민등록번호 주민번호 신분증",
        "id last four|id last 4|last four|last 4|last four digits|last four of id|identity last four|last four of identity number|"
        "id|id no|id number|identity|identity number|identity card|id card|id card number",
    ),
    "co_owner": ("共有人 共有人姓名 共有产权人 其他共有人 其他产权人 共有人名称 共有權人 공유자 공동소유자 공유자명", "co owner|co owners|coowner|co owner name|joint owner"),
    "co_identity": ("共有人证件号 共有人证件号码 共有人身份证号 共有人身份证 共有人证件号后四位 共有人身份证后四位 공유자주민번호", "co owner id|co owner id last four"),
    "phone": (
        "手机号 手机 手机号码 联系电话 电话 电话号码 联系方式 移动电话 手機 手機號 聯絡電話 電話 전화 전화번호 연락처 휴대폰 휴대전화 휴대폰번호 핸드폰",
        "phone|phone no|phone number|mobile|mobile no|mobile number|mobile phone|telephone|tel|contact|contact number",
    ),
    "share": ("份额 共有份额 产权份额 所有权份额 共有比例 产权比例 份額 持分 지분 지분율 지분비율 소유지분", "share|ownership share|share of ownership|fraction"),
    "title": (
        "产权状态 产权情况 产权登记情况 登记状态 登记情况 权属状态 销售状态 交付状态 状态 產權狀態 소유상태 등기상태 등기여부 권리상태 분양상태 상태",
        "title|title status|ownership status|status|sale status",
    ),
    "voter": (
        "表决人 投票人 指定表决人 推选表决人 表决代表 投票代表 共有人代表 表決人 의결권자 의결권행사자 투표자 대표자",
        "voter|named voter|voting owner|votes",
    ),
    "tenant": ("承租人 租户 租客 使用人 住户 实际居住人 居住人 承租人姓名 租戶 임차인 세입자 거주자 점유자", "tenant|tenants|occupant|occupants|resident"),
    "notes": ("备注 说明 备考 附注 備註 비고 메모 참고", "notes|note|remarks|remark|comment|comments"),
    "sequence": ("序号 编号 号 行号 序 序號 編號 번호 순번 연번", "no|nr|number|serial|serial no|index|seq|sequence|s n|#"),
}  # fmt: skip

# Words that mean the home's number in one file and the stairwell in the next: decided by what else is there.
AMBIGUOUS = frozenset(("门牌", "门牌号", "门牌号码", "门号", "門牌", "門牌號", "번지", "unit", "unitno", "unitnumber"))

_UNITS = re.compile(r"(?:单位[::]?)?(?:m2|m\^2|㎡|平方米|平米|平方公尺|제곱미터|sqm|sq\.?m\.?|squaremet(?:er|re)s?)")
_BRACKETS = re.compile(r"[(\[{【〔「][^)\]}】〕」]*[)\]}】〕」]")
_NOT_LETTERS = re.compile(r"[\s_\-./,:;*'\"()\[\]{}【】〔〕「」·、]+")
# "面积(套内)" is not the 面积 that counts, and "业主(委托人)" is not the owner.
_OTHER_THING = re.compile(
    r"套内|公摊|分摊|使用|土地|阳台|地下|套內|委托|代理|공급|공용|대지|계약|실사용|net|gross|land|usable|shared|proxy|agent"
)


def _squeezed(text: str) -> str:
    return _NOT_LETTERS.sub("", text).replace("四", "4")


_FIELD_OF: dict[str, tuple[str, int]] = {}
for _field, (_spaced, _barred) in _NAMES.items():
    for _rank, _name in enumerate([*_spaced.split(), *_barred.split("|")]):
        _FIELD_OF.setdefault(_squeezed(_name), (_field, _rank))


@lru_cache(maxsize=4096)
def recognise(header: str) -> tuple[str, int] | None:
    """The field that a header names and how preferred the name is (0 first); "sequence" and "ambiguous" are fields too."""
    text = unicodedata.normalize("NFKC", header).casefold()
    if len(text) > 60:
        return None
    # NFKC has turned ㎡ into m2 and full-width brackets into plain ones.
    whole = _squeezed(_UNITS.sub("", text.replace(" ", "")))
    bare = _squeezed(_UNITS.sub("", _BRACKETS.sub("", text).replace(" ", "")))
    inside = "".join(_BRACKETS.findall(text))
    for candidate in (whole, bare):
        if candidate == bare and candidate != whole and _OTHER_THING.search(inside):
            return None
        if candidate in AMBIGUOUS:
            return "ambiguous", 0
        if candidate in _FIELD_OF:
            return _FIELD_OF[candidate]
    return None
