"""Commands about oneself: away, back, and one's accounts on other platforms."""

from __future__ import annotations

from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.domain.card import Button
from bot.domain.desk import Role
from bot.domain.errors import NotAllowed
from bot.domain.ticket import Ticket
from bot.services import absence, linking, people

_CHOICES: dict[str, absence.Choice] = {"": "", "hand_back": "hand_back", "keep": "keep"}
_ASKED = (
    Button(action="away:hand_back", label="Hand back", value="hand_back", style="primary"),
    Button(action="away:keep", label="Keep them", value="keep"),
)


def _away(context: Context) -> Response:
    """What they have not begun goes back; what they hold they are asked about."""
    choice = _CHOICES[context.get("tickets")]
    left = absence.leave(context.tx, context.me, choice, context.now)
    lines = ["You are away: nothing new is assigned to you. /back ends it."]
    if left.returned:
        lines.append(f"Handed back to the team: {_numbers(left.returned)}.")
    if left.kept:
        lines.append(f"You still hold {_numbers(left.kept)}:")
        lines += [_told(context, one) for one in left.kept]
    asks = left.kept and choice != "keep"
    return Response(text="\n".join(lines), buttons=_ASKED if asks else ())


def _back(context: Context) -> Response:
    given = absence.come_back(context.tx, context.me, context.now)
    if not given:
        return Response(text="Welcome back.")
    return Response(text="Welcome back. Tickets that waited were given out; /queue shows yours.")


def _link(context: Context) -> Response:
    """Without a code: give one. With the code of one's other account: be one attendant."""
    if code := context.get("code"):
        name = linking.redeem(context.tx, context.call.person.id, code, context.now)
        return Response(text=f"Linked: here you are the same attendant as {name} from now on.")
    role = context.tx.desk.get().role(*people.acting(context.tx, context.call.person))
    if role is Role.OUTSIDER:
        raise NotAllowed(needed=Role.ATTENDANT, role=role)
    code = linking.code_for(context.tx, context.call.person.id, context.now)
    minutes = int(linking.LASTS.total_seconds() // 60)
    return Response(
        text=f"Use `/link {code}` with your account on the other platform within {minutes} "
        "minutes. Whoever enters it gets your role and your tickets, so give it to nobody."
    )


def _numbers(tickets: tuple[Ticket, ...]) -> str:
    return ", ".join(f"#{one.number}" for one in tickets)


def _told(context: Context, ticket: Ticket) -> str:
    contact = context.tx.conversations.get(ticket.conversation_id).contact_name
    return f"#{ticket.number} · {contact} · {ticket.status} · {ticket.reason}"


PRESENCE = (
    Command(
        name="away",
        help="Get nothing new assigned, and hand your tickets back if you like",
        role=Role.ATTENDANT,
        handler=_away,
        arguments=(
            Argument(
                name="tickets",
                kind=Kind.WORD,
                help="what becomes of those you hold",
                required=False,
                choices=("hand_back", "keep"),
            ),
        ),
    ),
    Command(name="back", help="You are here again", role=Role.ATTENDANT, handler=_back),
    Command(
        name="link",
        help="Be one attendant on several platforms: get a code here, enter it there",
        role=Role.OUTSIDER,
        handler=_link,
        arguments=(
            Argument(
                name="code",
                kind=Kind.WORD,
                help="the code of your other account",
                required=False,
            ),
        ),
    ),
)
