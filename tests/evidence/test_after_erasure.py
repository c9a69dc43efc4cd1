"""When the retention time is over the public evidence still holds, and there is no file any more that opens a ballot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from participation.kernel.refusal import Refusal
from participation.votes.services.closing import archive
from participation.votes.services.erasing import erase_vote
from participation.votes.services.handing_out import hand_out
from tests.evidence.support import codes, verify, write_evidence
from tests.support.estates import Estate


def test_the_public_evidence_holds_for_ever(app, make, tmp_path):
    estate = Estate(app, make, [1] * 5)
    vote = estate.announce()
    estate.cast_all(vote, yes=4, no=1)
    estate.close(vote)
    estate.finish(vote)
    with estate.work():
        archive(vote, None, estate.clock)
    before = write_evidence(app, vote, tmp_path / "before.zip")
    estate.clock.at += timedelta(days=366 * 6)
    with estate.work():
        erase_vote(vote, None, estate.clock)
    code, report = verify(write_evidence(app, vote, tmp_path / "after.zip", auditor=False))
    assert (report["wrong"], code) == ([], 0)
    assert {"fingerprint", "steps", "shown", "arithmetic"} <= set(codes(report, "checked"))
    assert verify(before)[0] == 0
    with pytest.raises(Refusal) as refused, estate.work():
        hand_out(vote, None, "court", estate.clock)
    assert refused.value.codes == ("erased",)
