"""What a second import would change."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from participation.roll.importing import HomeState, difference, read_roll, state_of
from participation.roll.importing.difference import in_order


def roll_of(homes: dict[tuple[str, str], tuple[int, str]]):
    """(building, number) -> (area in hundredths, owner) as a parsed file; a home far away keeps the file from being empty."""
    rows = [f"{b},{n},{area // 100}.{area % 100:02d},{owner},1234" for (b, n), (area, owner) in homes.items()]
    text = "楼栋,房号,面积,业主,证件号\n" + "\n".join(["远,0,1,远,0000", *rows]) + "\n"
    return read_roll(io.BytesIO(text.encode()), filename="roll.csv")


def states(parsed) -> dict:
    return {home.identity: state_of(home) for home in parsed.homes}


def test_added_gone_changed_owner_and_changed_area():
    before = states(
        roll_of(
            {
                ("1", "101"): (8000, "王芳"),
                ("1", "102"): (8000, "李雷"),
                ("1", "103"): (8000, "高明"),
                ("1", "104"): (1, "赵云"),
            }
        )
    )
    after = roll_of(
        {
            ("1", "101"): (8000, "王芳"),
            ("1", "102"): (8001, "李雷"),
            ("1", "103"): (9000, "孙权"),
            ("2", "101"): (7000, "周瑜"),
        }
    )
    change = difference(before, after)
    assert [identity for identity, _ in change.added] == [("2", "", "101")]
    assert [(identity, state.area) for identity, state in change.gone] == [(("1", "", "104"), 1)]
    assert [c.identity for c in change.changed_owner] == [("1", "", "103")]
    assert [(c.identity, c.before.area, c.after.area) for c in change.changed_area] == [
        (("1", "", "102"), 8000, 8001),
        (("1", "", "103"), 8000, 9000),
    ]
    assert change.changed_other == ()
    assert change.unchanged_count == 2
    assert change.changed == 2
    assert not change.is_empty


def test_another_kind_title_or_source_of_the_area_is_told_by_itself():
    parsed = roll_of({("1", "101"): (8000, "王芳")})
    before = states(parsed)
    for field, value in (("kind", "shop"), ("title", "unsold"), ("area_basis", "contract")):
        was = before[("1", "", "101")]
        changed = {
            **before,
            ("1", "", "101"): HomeState(**{f: getattr(was, f) for f in HomeState.__slots__} | {field: value}),
        }
        (change,) = difference(changed, parsed).changed_other
        assert (change.identity, getattr(change.before, field)) == (("1", "", "101"), value)


def test_the_order_is_that_of_the_buildings():
    homes = {(f"{b}号楼", str(n)): (8000, "王芳") for b in (10, 2, 1) for n in (1001, 201, 101)}
    added = difference({}, roll_of(homes)).added
    assert [identity[0] + identity[2] for identity, _ in added][:6] == [
        "1号楼101",
        "1号楼201",
        "1号楼1001",
        "2号楼101",
        "2号楼201",
        "2号楼1001",
    ]


ROLLS = st.dictionaries(
    st.tuples(st.sampled_from("123"), st.sampled_from(["101", "102", "201", "B1"])),
    st.tuples(st.integers(1, 10), st.sampled_from(["王芳", "李雷", "高明"])),
)


@given(ROLLS)
def test_the_same_file_again_changes_nothing(homes):
    parsed = roll_of(homes)
    assert difference(states(parsed), parsed).is_empty
    assert difference(states(parsed), parsed).unchanged_count == len(homes) + 1


@given(ROLLS, ROLLS)
def test_every_home_is_told_of_once_and_applying_the_difference_gives_the_new_roll(one, two):
    before, parsed = states(roll_of(one)), roll_of(two)
    change = difference(before, parsed)
    assert len(before) == len(change.gone) + change.changed + change.unchanged_count
    assert len(parsed.homes) == len(change.added) + change.changed + change.unchanged_count
    applied = {identity: state for identity, state in before.items() if identity not in dict(change.gone)}
    applied |= dict(change.added)
    applied |= {c.identity: c.after for c in (*change.changed_owner, *change.changed_area, *change.changed_other)}
    assert applied == states(parsed)


@given(ROLLS, ROLLS)
def test_the_way_back_is_the_mirror(one, two):
    first, second = roll_of(one), roll_of(two)
    there, back = difference(states(first), second), difference(states(second), first)
    assert there.added == back.gone
    assert there.gone == back.added
    assert [(c.identity, c.before, c.after) for c in there.changed_owner] == [
        (c.identity, c.after, c.before) for c in back.changed_owner
    ]
    assert there.unchanged_count == back.unchanged_count


@given(st.lists(st.tuples(st.text(max_size=4), st.text("0123456789a", max_size=4), st.text(max_size=4)), unique=True))
def test_any_identities_have_one_order(identities):
    assert len({in_order(identity) for identity in identities}) == len(identities)
    backwards = identities[::-1]
    assert sorted(identities, key=in_order) == sorted(backwards, key=in_order)
