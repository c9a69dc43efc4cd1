"""Rows become homes: all owners or none, one head per set of owners, and doubts that only the whole roll raises."""

from __future__ import annotations

import io

import pytest

from participation.roll.importing import DEVELOPER_KEY, home_identity, owner_key, read_roll

HEADER = "楼栋,单元,房号,类型,面积,面积依据,业主,证件号,电话,份额,产权状态,表决人,承租人,备注\n"


def read(*rows: str, header: str = HEADER):
    return read_roll(io.BytesIO((header + "\n".join(rows) + "\n").encode()), filename="roll.csv")


def row(number="101", owner="王芳", identity="1234", *, building="1号楼", stairwell="1单元", kind="住宅", area="80", basis="不动产登记",
        phone="", share="", title="已登记", voter="", tenant="", notes=""):  # fmt: skip
    return ",".join(
        (building, stairwell, number, kind, area, basis, owner, identity, phone, share, title, voter, tenant, notes)
    )


def codes(findings) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in findings]


def test_several_rows_of_one_home_are_one_head_and_one_area():
    roll = read(row(share="1/2"), row(owner="李雷", identity="5678", share="1/2"))
    assert (roll.totals.homes, roll.totals.heads, roll.totals.area) == (1, 1, 8000)
    assert owner_key(roll.homes[0]) == frozenset({("王芳", "1234"), ("李雷", "5678")})


def test_one_owner_of_several_homes_is_one_head():
    roll = read(row("101"), row("102"), row("103", "王芳", "9999"))
    assert (roll.totals.homes, roll.totals.heads) == (3, 2)
    assert roll.doubts == ()  # the same name with another last four is another person


def test_alone_and_with_another_are_two_heads_and_a_doubt():
    roll = read(row("101"), row("102", "王芳、李雷", "1234、5678"), row("103", "李雷、王芳", "5678、1234"))
    assert roll.totals.heads == 2
    assert codes(roll.doubts) == [
        (3, "owner_in_several_heads"),
    ]
    assert roll.doubts[0].value == "王芳"


def test_the_same_owners_in_rows_or_in_one_cell_are_the_same_head():
    roll = read(
        row("101", "王芳/李雷", "1234/5678", share="1/2"),
        row("102", share="1/2"),
        row("102", "李雷", "5678", share="1/2"),
    )
    assert roll.totals.heads == 1
    assert roll.homes[0].holders[0].share == (1, 2)


def test_unsold_and_undelivered_homes_are_one_head_whoever_is_named():
    roll = read(
        row("101", "宏图置业有限公司", "A23X", title="未出售"),
        row("102", "宏图置业有限公司", "A23X", title="已售未交付"),
        row("103", "开发商", "", title="未出售"),
        row("104", "赵云", "4321", title="已售未交付"),
        row("105", "宏图置业有限公司", "A23X"),
    )
    assert roll.totals.heads == 2
    assert [owner_key(home) == DEVELOPER_KEY for home in roll.homes] == [True, True, True, True, False]
    assert codes(roll.doubts) == [(2, "developer_name"), (5, "developer_name"), (6, "owner_in_several_heads")]
    assert roll.homes[0].holders[0].is_developer
    assert not roll.homes[3].holders[0].is_developer


def test_a_home_with_one_refused_row_is_refused_whole():
    roll = read(row(share="1/2"), row(owner="李雷", identity="56789", share="1/2"), row("102", "高明", "1111"))
    assert [home.number for home in roll.homes] == ["102"]
    assert codes(roll.refused) == [(2, "home_incomplete"), (3, "identity_not_four")]
    assert "line 3" in str(roll.refused[0].reason)


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([row(share="1/2")], [(2, "shares_sum")]),
        ([row(share="1/2"), row(owner="李雷", identity="5678", share="1/3")], [(2, "shares_sum"), (3, "shares_sum")]),
        ([row(share="1/1"), row(owner="李雷", identity="5678", share="1/1")], [(2, "shares_sum"), (3, "shares_sum")]),
        ([row(share="1/1"), row(owner="李雷", identity="5678")], [(2, "shares_sum"), (3, "shares_sum")]),
        ([row(area="80"), row(owner="李雷", identity="5678", area="80.01")], [(2, "area_conflict"), (3, "area_conflict")]),
        ([row(), row(owner="李雷", identity="5678", title="未出售")], [(2, "title_conflict"), (3, "title_conflict")]),
        ([row(), row(area="81")], [(2, "area_conflict"), (3, "row_duplicate"), (3, "area_conflict")]),
        ([row(owner="王芳、王芳", identity="1234、1234")], [(2, "owner_repeated")]),
        ([row(owner="王芳、李雷", identity="1234")], [(2, "identity_count")]),
        ([row(owner="王芳", identity="1234、5678")], [(2, "identity_count")]),
        ([row(owner="王芳、李雷、高明", identity="", share="1/2、1/2")], [(2, "share_count")]),
        ([row(owner="12345")], [(2, "owner_not_a_name")]),
        ([row(building="")], [(2, "building_missing")]),
        ([row(number="")], [(2, "number_missing")]),
        ([row(notes="=1+1")], [(2, "cell_formula")]),
        ([row(area="-1", identity="12")], [(2, "area_negative"), (2, "identity_not_four")]),
    ],
)  # fmt: skip
def test_what_is_refused(rows, refused):
    roll = read(*rows)
    assert roll.homes == ()
    assert sorted(codes(roll.refused)) == sorted(refused)
    assert all(str(finding.reason) and str(finding.remedy) and finding.column for finding in roll.refused)


@pytest.mark.parametrize(
    ("rows", "doubts"),
    [
        ([row(kind="宫殿")], [(2, "kind_unknown")]),
        ([row(title="抵押中")], [(2, "title_unknown")]),
        ([row(basis="听说")], [(2, "area_basis_unknown")]),
        ([row(stairwell="")], [(2, "stairwell_missing")]),
        ([row(identity="")], [(2, "identity_missing")]),
        ([row(kind="车位", basis="买卖合同")], [(2, "parking_registrable")]),
        ([row(kind="车位")], []),
        ([row(phone="问他老婆")], [(2, "phone_unreadable")]),
        ([row(owner="王芳、李雷", identity="1234、5678", phone="19900000001")], [(2, "phone_count")]),
        ([row(owner="王芳、李雷", identity="1234、5678", phone="19900000001、19900000002")], []),
        ([row(building="1号楼"), row(building="1栋", number="102")], [(3, "building_alike")]),
        ([row("101"), row("101室", "李雷", "5678")], [(3, "home_alike")]),
        ([row("101", "Ann Lee"), row("102", "ANN LEE")], [(3, "name_spelled")]),
        ([row("101", identity=""), row("102", identity="")], [(2, "identity_missing"), (3, "identity_missing"), (3, "namesake_unnumbered")]),
        ([row("101"), row("102", identity="")], [(3, "identity_missing"), (3, "namesake_unnumbered")]),
        ([row("101", identity="11010519491231002X"), row("102", identity="E1234002X"[:1] + "1234567002")], []),
        ([row("101", identity="E11110001"), row("102", identity="E22220001")], [(3, "identity_namesake")]),
        ([row(share="33.33%"), row(owner="李雷", identity="5678", share="33.33%"), row(owner="高明", identity="1111", share="33.33%")], [(2, "shares_rounded")]),
        ([row(share="1/2"), row(owner="李雷", identity="5678")], [(2, "share_missing")]),
        ([row(), row(owner="李雷", identity="5678", kind="商铺")], [(3, "rows_differ")]),
        ([row(voter="是"), row(owner="李雷", identity="5678", voter="是")], [(2, "voter_several")]),
        ([row(voter="谁知道、谁", owner="王芳、李雷", identity="1234、5678")], [(2, "voter_unclear")]),
    ],
)  # fmt: skip
def test_what_is_a_doubt(rows, doubts):
    roll = read(*rows)
    assert roll.refused == ()
    assert len(roll.homes) >= 1
    assert codes(roll.doubts) == doubts
    assert all(str(finding.reason) and str(finding.remedy) for finding in roll.doubts)


def test_an_unknown_kind_is_other_and_an_unknown_title_is_registered():
    (home,) = read(row(kind="宫殿", title="抵押中")).homes
    assert (home.kind, home.title) == ("other", "registered")


@pytest.mark.parametrize(
    "rows",
    [
        [row(voter="√"), row(owner="李雷", identity="5678", voter="")],
        [row(voter="是"), row(owner="李雷", identity="5678", voter="否")],
        [row(voter="王芳"), row(owner="李雷", identity="5678", voter="王芳")],
        [row(owner="王芳、李雷", identity="1234、5678", voter="王 芳")],
    ],
)
def test_the_co_owner_named_to_vote(rows):
    (home,) = read(*rows).homes
    assert [holder.name for holder in home.holders if holder.is_voter] == ["王芳"]


def test_nobody_named_to_vote_is_neither_yes_nor_no():
    assert [h.is_voter for h in read(row(), row(owner="李雷", identity="5678")).homes[0].holders] == [None, None]


def test_tenants_and_notes_are_kept():
    (home,) = read(row(tenant="孙权、周瑜", notes="顶楼漏水")).homes
    assert (home.tenants, home.notes) == (("孙权", "周瑜"), "顶楼漏水")


def test_letter_case_width_and_spaces_do_not_make_another_home():
    assert home_identity("Ａ座", " 1 单元", "10１b") == home_identity("a座", "1单元", "101B")
    roll = read(row("101", building="A座", share="1/2"), row("１０１", "李雷", "5678", building=" a 座", share="1/2"))
    assert len(roll.homes) == 1
    assert roll.homes[0].building == "A座"


def test_co_owners_in_a_column_of_their_own_are_owners():
    header = "楼栋,房号,面积,产权人,身份证号,共有人,共有人身份证号\n"
    roll = read("1,101,80,王芳,1234,李雷,5678", "1,102,80,王芳,1234,,", "1,103,80,王芳,1234,李雷,", header=header)
    assert owner_key(roll.homes[0]) == frozenset({("王芳", "1234"), ("李雷", "5678")})
    assert [len(home.holders) for home in roll.homes] == [2, 1, 2]
    assert roll.homes[2].holders[1].id_last_four is None


def test_a_whole_identity_number_is_in_no_finding_and_no_text_of_the_roll():
    number = "11010519491231002X"
    roll = read(
        row("101", identity=number),
        row("102", "李雷", number[:-1] + "1"),
        row("103", f"高明{number}", number + "9"),
        row("104", "", number, notes=number),
    )
    assert roll.homes[0].holders[0].id_number == number
    assert len(roll.refused) == 3
    assert number[:14] not in repr((roll.refused, roll.doubts))
    assert number not in repr(roll.homes[0])


def test_doubts_about_a_refused_row_are_left_out():
    roll = read(row(kind="宫殿", area="0"), row("102"))
    assert codes(roll.refused) == [(2, "area_zero")]
    assert roll.doubts == ()
