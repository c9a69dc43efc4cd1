"""What the tests of the roll at the desk and on the command line do again and again."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.roll.models import HomeFact, RollUpload, Unit
from participation.roll.queries import totals_at
from tests.support.client import ParsingClient
from tests.support.people import Make

ROLLS = Path(__file__).parent.parent / "data" / "rolls"
HEADER = "楼栋,单元,楼层,房号,类型,专有部分面积,面积依据,业主姓名,证件号后四位,产权状态"
FIGURES = {
    "heart-garden-8.csv": (144, 144, 12_769_76),
    "tower-280.csv": (300, 280, 24_838_57),
    "estate-403.csv": (420, 403, 66_783_97),
    "old-estate-36.csv": (2160, 2099, 188_640_29),
    "estate-403-as-handed-over.xlsx": (420, 403, 66_783_97),
}


def rows_csv(*rows: str, header: str = HEADER) -> bytes:
    """A small roll file."""
    return "\n".join([header, *rows, ""]).encode()


def row(number: str, owner: str, *, area: str = "80.00", four: str = "1234", title: str = "已登记", building: str = "1号楼") -> str:
    return f"{building},1单元,{number[0]},{number},住宅,{area},不动产登记,{owner},{four},{title}"


class Office:
    """A new neighbourhood, its support centre Lin and its observer He; `client` is Lin's browser."""

    def __init__(self, app: Flask, make: Make, client: ParsingClient, new_client: Callable[[], ParsingClient]):
        self.app, self.make, self.client, self.new_client = app, make, client, new_client
        self.unit: Unit = make.unit("Jade Gardens", "jade")
        self.lin = make.staff("Lin", Role.SUPPORT, self.unit)
        self.he = make.staff("He", Role.OBSERVER, self.unit)
        self.desk = "/desk/jade"
        client.sign_in(self.lin, "staff")

    @property
    def clock(self) -> Any:
        return self.app.extensions["clock"]

    def tomorrow(self) -> None:
        self.clock.advance(days=1)
        self.client.sign_in(self.lin, "staff")

    def hand_in(self, content: bytes, name: str = "roll.csv") -> str:
        """Upload a file; the browser is then on its preview. Returns the preview's address."""
        self.client.see(f"{self.desk}/roll/imports/new")
        answer = self.client.submit("/roll/imports", roll=(io.BytesIO(content), name))
        assert answer.status_code == 200, self.client.text()
        return self.client.page.path

    def hand_in_sample(self, name: str) -> str:
        return self.hand_in((ROLLS / name).read_bytes(), name)

    def put_into_force(self, content: bytes) -> None:
        self.hand_in(content)
        self.client.submit("/commit")
        assert self.client.page.heading == "The roll is in force", self.client.text()

    def totals(self, at: Any = None) -> tuple[int, int, int]:
        with self.app.app_context(), transaction(write=False):
            return totals_at(self.unit.id, at or self.clock.now())

    def facts(self) -> int:
        with self.app.app_context(), transaction(write=False):
            return db.session.scalar(select(func.count()).select_from(HomeFact)) or 0

    def upload(self) -> RollUpload:
        """The newest upload."""
        with self.app.app_context(), transaction(write=False):
            return db.session.scalars(select(RollUpload).order_by(RollUpload.id.desc()).limit(1)).one()

    def run(self, *arguments: str) -> Result:
        """`flask ...` in this process; standard output and standard error apart."""
        return self.app.test_cli_runner().invoke(args=list(arguments))
