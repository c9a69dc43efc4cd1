"""Is this really a sound recording? Decided by what is inside, never by the name. Pure: bytes in, media type out.

The checks walk the file's own structure (chunks, frames, boxes, pages), so that a renamed program, a film or half an
upload is refused.  Nothing is decoded; a recording is served as a sound and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say

LARGEST_SOUND = 20 * 1024 * 1024
ENDINGS = {"audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg"}
# ISO/IEC 11172-3 and 13818-3, layer III: kbit/s by the header's index, and Hz by version and index.
_KBIT_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBIT_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ENOUGH_FRAMES = 3


def check_sound(content: bytes) -> str:
    """The media type of a WAV, MP3, M4A or Ogg recording. Raises Refusal (field sound) for anything else."""
    if not content:
        raise Refusal(Reason("sound_empty", say("The file is empty."), say("Choose the recording again."), "sound"))
    if len(content) > LARGEST_SOUND:
        raise Refusal(Reason("sound_large", say("The recording is larger than 20 MB."), say("Save it as MP3 or M4A: an hour of speech fits."), "sound"))
    for media_type, is_whole in (("audio/wav", _is_wav), ("audio/ogg", _is_ogg), ("audio/mp4", _is_m4a), ("audio/mpeg", _is_mp3)):
        if is_whole(content):
            return media_type
    raise Refusal(Reason("sound_kind", say("This is not a whole WAV, MP3, M4A or Ogg recording."), say("Save the recording in one of these ways, or give the reference under which it is kept."), "sound"))


def _is_wav(content: bytes) -> bool:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return False
    position, found = 12, set[bytes]()
    while position + 8 <= len(content):
        kind, length = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        # Recorders that stream write the size of the last chunk as all ones: then it reaches to the end of the file.
        if position + 8 + length > len(content) and not (kind == b"data" and length >= 0x7FFFFFFF):
            return False
        found.add(kind)
        position += 8 + length + (length & 1)
    return {b"fmt ", b"data"} <= found


def _is_ogg(content: bytes) -> bool:
    position, pages = 0, 0
    while position < len(content):
        if content[position : position + 5] != b"OggS\x00" or position + 27 > len(content):
            return False
        segments = content[position + 26]
        body = position + 27 + segments
        end = body + sum(content[position + 27 : body])
        if end > len(content):
            return False
        if pages == 0 and not content[body:end].startswith((b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")):
            return False
        position, pages = end, pages + 1
    return pages > 1


def _is_m4a(content: bytes) -> bool:
    boxes = dict(_boxes(content))
    if content[4:8] != b"ftyp" or b"moov" not in boxes or b"mdat" not in boxes:
        return False
    return b"soun" in boxes[b"moov"] and b"vide" not in boxes[b"moov"]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The outermost boxes of an ISO base media file; nothing more after one that does not fit."""
    position = 0
    while position + 8 <= len(content):
        length, kind = int.from_bytes(content[position : position + 4], "big"), content[position + 4 : position + 8]
        head = 8
        if length == 1:
            length, head = int.from_bytes(content[position + 8 : position + 16], "big"), 16
        elif length == 0:
            length = len(content) - position
        if length < head or position + length > len(content):
            return
        yield kind, content[position + head : position + length]
        position += length


def _is_mp3(content: bytes) -> bool:
    position = 0
    if content[:3] == b"ID3" and len(content) > 10:
        sevens = content[6:10]
        position = 10 + (sevens[0] << 21 | sevens[1] << 14 | sevens[2] << 7 | sevens[3])
    for _ in range(_ENOUGH_FRAMES):
        length = _frame_length(content[position : position + 4])
        if not length or position + length > len(content):
            return False
        position += length
    return True


def _frame_length(head: bytes) -> int:
    """Bytes of the layer III frame that begins with `head`; 0 where none begins."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    kbit = (_KBIT_1 if version == 3 else _KBIT_2)[rate]
    return (144 if version == 3 else 72) * kbit * 1000 // _HERTZ[version][hertz] + (head[2] >> 1 & 1)
