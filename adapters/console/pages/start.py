"""`/`: both sides next to each other, to try Baton on."""

from __future__ import annotations

from adapters.console.context import Site
from adapters.console.pages import contact_panel, team_panel
from adapters.console.pages.contact_panel import ContactPanel
from adapters.console.pages.following import follow
from adapters.console.pages.practice import PracticeClock
from adapters.console.pages.team_panel import TeamPanel
from adapters.console.views.elements import box
from adapters.console.views.frame import framed
from adapters.console.visit import Visit

# The sample knowledge answers the first ones; the last asks for a person.
EXAMPLES = (
    "How do I cancel my subscription?",
    "What does a plan cost?",
    "How do I connect my calendar?",
    "I want to talk to a human, please.",
)


async def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Start", "page-start") as frame:
        clock = PracticeClock(site)
        with box("sides"):
            contact = ContactPanel(site, frame, examples=EXAMPLES)
            team = TeamPanel(site, frame)
        await follow(site, contact_panel.TOPICS, contact.refresh)
        await follow(site, team_panel.TOPICS, team.refresh)
        await follow(site, frozenset(), clock.refresh)


async def contact(site: Site, visit: Visit) -> None:
    """`/contact`: the contact's chat alone."""
    with framed(site, visit, "Contact", "page-contact") as frame:
        panel = ContactPanel(site, frame, examples=EXAMPLES)
        await follow(site, contact_panel.TOPICS, panel.refresh)


async def team(site: Site, visit: Visit) -> None:
    """`/team`: the team's channels with room for a thread."""
    with framed(site, visit, "Team", "page-team") as frame:
        panel = TeamPanel(site, frame)
        await follow(site, team_panel.TOPICS, panel.refresh)
