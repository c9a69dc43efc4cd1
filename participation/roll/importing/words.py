"""The usual words inside a roll's cells in Chinese, Korean and English, folded for comparison."""

from __future__ import annotations

import re
from functools import lru_cache

from participation.roll.importing.cells import tightened


def _lookup(words: dict[str, str]) -> dict[str, str]:
    return {key(word): meaning for meaning, listed in words.items() for word in listed.split("|")}


@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """How words are compared: folded, lower case, without spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", tightened(text)).casefold()


def _words(listed: str) -> frozenset[str]:
    return frozenset(key(word) for word in listed.split("|"))


KIND = _lookup(
    {
        "dwelling": "住宅|普通住宅|成套住宅|商品住宅|住房|公寓|别墅|房改房|居住|住家|주택|아파트|주거|공동주택|연립|다세대|거주용"
        "|dwelling|residential|residence|home|apartment|flat|house|housing",
        "shop": "商铺|商业|商业用房|商业服务|商服|店铺|门面|门面房|门市|底商|商业网点|网点|商鋪|店面|상가|점포|근린생활시설|상업|상점"
        "|shop|retail|commercial|store",
        "parking": "车位|车库|停车位|地下车位|产权车位|停车库|機車位|車位|주차장|주차|주차구획|주차공간|parking|parking space|garage|carport",
        "other": "其他|其它|办公|办公用房|写字楼|储藏室|储藏间|储物间|地下室|仓库|车棚|기타|창고|사무실|업무시설|오피스|other|office|storage|storeroom|cellar",
    }
)
AREA_BASIS = _lookup(
    {
        "registry": "不动产登记|不动产登记簿|登记|登记簿|不动产权证|不动产权证书|产权证|房产证|房屋所有权证|权属证书|不動產登記|등기|등기부|등기부등본|건물등기"
        "|registry|register|registered|registration|land register|title deed|deed",
        "survey": "测绘|测绘报告|实测|测量|测绘成果|測繪|실측|측량|측량성과|survey|surveyed|measured|survey report",
        "contract": "买卖合同|合同|购房合同|销售合同|商品房买卖合同|房屋买卖合同|買賣合同|매매계약|계약|계약서|매매계약서|분양계약"
        "|contract|sale contract|sales contract|purchase contract|contract of sale",
        "unknown": "未知|不详|不明|미상|모름|unknown",
    }
)
TITLE = _lookup(
    {
        "registered": "已登记|登记|已办证|已发证|有证|有产权|已登簿|已转移登记|正常|등기|등기완료|등기됨|registered|registered title|registered owner",
        "unsold": "未出售|未售|待售|未销售|未卖|开发商未售|未售出|미분양|분양전|unsold|not sold|for sale",
        "sold_undelivered": "已售未交付|已售未交|已出售未交付|已出售尚未交付|未交付|已售未交房|분양후미인도|미인도|미입주|sold undelivered|sold, undelivered"
        "|sold not delivered|sold, not delivered|sold but not delivered|undelivered",
    }
)
YES = _words("是|√|✓|✔|☑|有|1|对|本人|y|yes|true|x|o|○|●|◯|예|네|해당|voter|votes")
NO = _words("否|不|×|✗|✘|☐|0|n|no|false|아니오|아니요|비해당")

DEVELOPER = _words(
    "开发商|建设单位|开发企业|开发公司|房地产开发商|開發商|建設公司|시행사|시공사|사업주체|건설사|분양사|developer|the developer"
)
_CORPORATE = re.compile(
    r"公司|集团|企业|合作社|委员会|居委会|村委会|事务所|银行|医院|学校|大学|幼儿园|中心$|政府|街道办|管理局|工厂$|厂$|基金会|协会|社区$"
    r"|주식회사|유한회사|\(주\)|\(유\)|법인|재단|조합|교회|공사$"
    r"|\b(?:ltd|limited|inc|llc|plc|gmbh|corp|corporation|company|co|foundation|association|trust|bank)\b\.?",
    re.I,
)
_TOTAL = re.compile(r"(?:合计|总计|共计|总和|合計|總計|합계|총계|총합|total|grandtotal|sum|totals)(?:[:(,].*)?")
_SUBTOTAL = re.compile(r"(?:小计|本页合计|本页小计|小計|소계|subtotal).*")


def is_corporate(name: str) -> bool:
    """True where the name reads like a company or an institution."""
    return bool(_CORPORATE.search(name)) or key(name) in DEVELOPER


def is_developer(name: str) -> bool:
    """True for the word "developer" itself; a developer under its company name is known by the title of its homes."""
    return key(name) in DEVELOPER


def is_total(text: str) -> bool:
    return len(text) < 40 and bool(_TOTAL.fullmatch(key(text)))


def is_subtotal(text: str) -> bool:
    return len(text) < 40 and bool(_SUBTOTAL.fullmatch(key(text)))
