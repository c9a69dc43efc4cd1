"""A hundred thousand homes in one go, in a process of its own, so that its memory can be measured."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

HOMES = 100_000
MEMORY_MB = 400
ROOT = Path(__file__).parent.parent.parent
READ = """
import re, sys
from pathlib import Path
from participation.roll.importing import read_roll
told = []
roll = read_roll(sys.argv[1], filename="large.csv", progress=lambda done, of: told.append(done))
# Of this program alone: what getrusage says begins with the memory of whoever started it.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(roll.totals.homes, roll.totals.heads, roll.totals.area, len(roll.refused), len(told), peak)
"""


def write_roll(path: Path) -> tuple[int, int]:
    """Writes the file and returns what it holds: heads, area in 1/100 m2."""
    chance = random.Random(2026)
    persons, area = set(), 0
    with path.open("w", encoding="utf-8-sig") as out:
        out.write("楼栋,单元,楼层,房号,类型,专有部分面积,面积依据,业主姓名,证件号后四位,手机号,份额,产权状态,备注\n")
        for home in range(HOMES):
            building, rest = divmod(home, 120)
            stairwell, place = divmod(rest, 60)
            floor, door = divmod(place, 4)
            size = chance.randrange(40_00, 150_00)
            name = "".join(chance.choice("赵钱孙李周吴郑王冯陈建国秀英丽华伟芳强敏静磊") for _ in range(3))
            last_four = f"{chance.randrange(10_000):04d}"
            persons.add((name, last_four))
            area += size
            out.write(
                f"{building + 1}号楼,{stairwell + 1}单元,{floor + 1},{floor + 1:02d}{door + 1:02d},住宅,{size // 100}.{size % 100:02d},"
                f"不动产登记,{name},{last_four},199{home:08d},1/1,已登记,\n"
            )
    return len(persons), area


@pytest.mark.slow
@pytest.mark.sqlite  # no database is asked
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a program is read from /proc")
def test_a_hundred_thousand_homes_are_read_within_400_megabytes(tmp_path):
    heads, area = write_roll(tmp_path / "large.csv")
    # The arguments are this interpreter and a file of this test.
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "large.csv")], capture_output=True, text=True, cwd=ROOT, check=True
    )
    *figures, peak = (int(figure) for figure in done.stdout.split())
    assert figures == [HOMES, heads, area, 0, HOMES // 1000]
    assert peak < MEMORY_MB
