"""Which kind of browser this was, in words a person recognises. Guessed from the User-Agent; decides nothing."""

from __future__ import annotations

from participation.kernel.sentences import Sentence, say

# The first mark found wins: messengers name themselves beside the browser they wrap.
_PROGRAMS = (
    ("MicroMessenger", "WeChat"), ("KAKAOTALK", "KakaoTalk"), ("QQ/", "QQ"), ("AliApp", "Alipay"), ("Edg", "Edge"),
    ("HuaweiBrowser", "Huawei Browser"), ("MiuiBrowser", "Mi Browser"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_kind(user_agent: str) -> Sentence:
    """'... Android 10 ... MicroMessenger ...' -> 'WeChat on Android'."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if program and system:
        return say("%(program)s on %(system)s", program=program, system=system)
    return say("%(program)s", program=program or system) if program or system else say("Unknown browser")
