"""Who watches the record of the world: one witness who has signed, one who has not, one who has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.record.cosignature import WitnessKey, cosign, split_note
from participation.record.services import checkpoint, log_of
from participation.record.witnessing import end_witness, name_witness, take_cosignatures
from participation.votes.anchoring import check_address

if TYPE_CHECKING:
    from tests.journeys.world import World


def watch_the_record(world: World) -> None:
    """Names three witnesses; keeps a checkpoint as a poster would, and one that nobody ever printed."""
    unit, clock = world.lane.unit.id, world.clock
    keys = {f"witness-{n}.example.org": Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3)}
    with world.work():
        named = [name_witness(unit, WitnessKey(name, key.public_key()).vkey, None, clock).id for name, key in keys.items()]
        end_witness(unit, named[2], None, clock)
    with world.work():
        log = log_of(unit)
        present, note = checkpoint(log)
        name, key = next(iter(keys.items()))
        line = cosign(split_note(note)[0], name, key, int(clock.now().timestamp()))
        take_cosignatures(log, f"{note}{line}\n", clock.now())
    with world.app.test_request_context():
        for place, root in (("then", present.root), ("forged", bytes(32))):
            address = check_address(world.lane.unit.slug, present.size, root)
            world.places[f"checkpoint_{place}"] = urlsplit(address).query
