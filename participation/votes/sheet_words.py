"""The words that a filled-in spreadsheet may use, in the three languages of the site. Pure data, all in lower case."""

from __future__ import annotations

COLUMNS: dict[str, frozenset[str]] = {
    "code": frozenset({"code", "sheet", "票号", "编码", "代码", "票面编码", "코드", "투표지 코드"}),
    "received_at": frozenset({"received at", "received", "收到时间", "接收时间", "접수 시각", "접수시각"}),
    "picture": frozenset({"picture", "photo", "照片", "사진"}),
    "flaw": frozenset({"flaw", "invalid", "无效原因", "무효 사유", "무효사유"}),
}
QUESTION_WORDS = ("question", "q", "问题", "事项", "表决事项", "안건", "질문")
ANSWERS: dict[str, frozenset[str]] = {
    "yes": frozenset({"yes", "for", "y", "同意", "赞成", "찬성"}),
    "no": frozenset({"no", "against", "n", "反对", "不同意", "반대"}),
    "abstain": frozenset({"abstain", "弃权", "기권"}),
    "follow": frozenset({"follow", "follow the majority", "随多数", "다수의견에 따름"}),
    "blank": frozenset({"blank", "no valid answer", "无效", "空白", "未填", "무효", "백지", "공란"}),
}
NONE_WORDS = frozenset({"none", "none of the candidates", "都不选", "均不选", "없음"})
FLAW_WORDS: dict[str, frozenset[str]] = {
    "unsigned": frozenset({"unsigned", "not signed", "未签名", "미서명", "서명 없음"}),
    "torn": frozenset({"torn", "damaged", "破损", "훼손"}),
    "wrong_sheet": frozenset({"wrong sheet", "wrong_sheet", "非本次票", "错票", "다른 투표지"}),
    "illegible": frozenset({"illegible", "cannot be read", "无法辨认", "판독 불가"}),
    "blank": frozenset({"blank", "空白票", "空白", "백지", "공란"}),
}
