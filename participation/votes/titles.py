"""What the shipped rules are called, and what each is for; translated with the rest of the site."""

from __future__ import annotations

from typing import NamedTuple

from participation.kernel.sentences import Sentence, say


class RuleTitle(NamedTuple):
    title: Sentence
    use: Sentence


TITLES: dict[str, RuleTitle] = {
    "cn.278.ordinary": RuleTitle(
        say("Owners' decision, ordinary matters"),
        say("Rules of procedure, covenant, committee, property manager, use of the maintenance fund, other matters."),
    ),
    "cn.278.special": RuleTitle(
        say("Owners' decision, special matters"),
        say("Raising the maintenance fund, rebuilding or altering, changing the use of common parts."),
    ),
    "cn.279": RuleTitle(
        say("Dwelling used for business"),
        say("Every affected owner must agree; the owners of the same building are affected."),
    ),
    "cn.lift": RuleTitle(
        say("Lift for one stairwell"),
        say("Owners of the stairwell decide as on a special matter; whoever gives up a part of the home must agree."),
    ),
    "cn.sh.contracts": RuleTitle(
        say("Shanghai: signed contracts for public housing redevelopment"),
        say("Conditional agreements take effect once 95 of 100 are signed."),
    ),
    "kr.redevelopment": RuleTitle(
        say("Korea: founding a redevelopment association"),
        say("Consents of landowners in a redevelopment area."),
    ),
    "kr.rebuild": RuleTitle(
        say("Korea: founding a rebuilding association"),
        say("Consents of the owners of an estate, and of each building by itself."),
    ),
    "kr.street": RuleTitle(
        say("Korea: founding a street-block housing association"),
        say("Consents in a small street-block project, each building and the other land by itself."),
    ),
    "kr.meeting": RuleTitle(
        say("Korea: members' meeting of an association"),
        say("Ordinary decisions of an association's general meeting."),
    ),
    "kr.condo.ordinary": RuleTitle(
        say("Korea: condominium, ordinary management"),
        say("Everyday management of the common parts."),
    ),
    "kr.condo.change": RuleTitle(
        say("Korea: condominium, change of common parts"),
        say("Changes to common parts; owners who are specially affected must agree."),
    ),
    "kr.condo.rebuild": RuleTitle(
        say("Korea: condominium, rebuilding"),
        say("Tearing down and rebuilding; the minutes record each owner's vote by name."),
    ),
    "tw.renewal.37": RuleTitle(
        say("Taiwan: urban renewal plan in a designated area"),
        say("Consent by heads, land and floor area; above nine tenths of land and floor, heads are not asked."),
    ),
    "tw.condo.31": RuleTitle(
        say("Taiwan: owners' meeting"),
        say("First meeting; without a decision the same matter may go to a second meeting."),
    ),
    "tw.condo.32": RuleTitle(
        say("Taiwan: second owners' meeting"),
        say("The same matter again; the decision stands unless more than half of all object in seven days."),
    ),
    "jp.17": RuleTitle(
        say("Japan: major change of common parts"),
        say("Changes of form or use of the common parts."),
    ),
    "jp.17.barrier_free": RuleTitle(
        say("Japan: change of common parts for access or safety"),
        say("Changes that remove barriers or repair dangerous defects."),
    ),
    "jp.62": RuleTitle(say("Japan: rebuilding"), say("Tearing down and rebuilding the building.")),
    "jp.62.safety": RuleTitle(
        say("Japan: rebuilding on safety grounds"),
        say("Rebuilding a building that is unsafe or lacks access."),
    ),
    "sg.84a": RuleTitle(
        say("Singapore: collective sale"),
        say("Sale of all homes together, ten years or more after completion."),
    ),
    "sg.84a.young": RuleTitle(
        say("Singapore: collective sale of a young building"),
        say("Sale of all homes together, less than ten years after completion."),
    ),
    "de.25": RuleTitle(
        say("Germany: decision of the owners' meeting"),
        say("Simple majority of the votes cast; abstentions are ignored."),
    ),
    "de.21": RuleTitle(
        say("Germany: structural change paid by all owners"),
        say("Decides whether the cost of a structural change falls on everybody."),
    ),
    "fr.24": RuleTitle(
        say("France: majority of the votes expressed"),
        say("Everyday management and upkeep; abstentions are ignored."),
    ),
    "fr.25": RuleTitle(
        say("France: majority of all votes"),
        say("Works and appointments; with a third of all votes a second vote follows at once."),
    ),
    "fr.26": RuleTitle(
        say("France: majority of members and two thirds of votes"),
        say("Changes to the rules of the house and other grave matters."),
    ),
    "es.17.3": RuleTitle(
        say("Spain: three fifths of owners and quotas"),
        say("New common services; an absent owner who was notified and stays silent for 30 days counts as yes."),
    ),
    "gb.sct.tms": RuleTitle(
        say("Scotland: tenement decision"),
        say("Maintenance and management of a tenement; every flat has one vote, and a tie fails."),
    ),
    "council.secret": RuleTitle(
        say("Neighbourhood council, secret election"),
        say("Seats on the neighbourhood's own council: one head, one ballot, and nobody learns who chose whom."),
    ),
}
