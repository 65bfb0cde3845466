"""Tags, search, history, transcripts and the contact's earlier tickets."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.desk import Admin
from bot.ports.store import Tx
from tests.world import World


async def test_a_tag_is_normalised_shown_on_the_card_and_taken_away(world: World) -> None:
    await world.write("human please")
    said = await world.run("bob", "/ticket tag 1 Billing, #VIP Customer")
    assert said.text == "#1 is tagged billing, customer, vip."
    card = world.outlet.cards("support")[0]
    assert card.tags == ("billing", "customer", "vip")
    assert "Bob tagged it billing, vip, customer." in world.seen()
    again = await world.run("bob", "/ticket tag 1 billing")
    assert again.ok
    assert sum("tagged it" in line for line in world.seen()) == 1
    left = await world.run("bob", "/ticket untag 1 vip, customer")
    assert left.text.endswith("It is tagged billing.")
    assert world.outlet.cards("support")[0].tags == ("billing",)
    assert world.heard() == []


NONSENSE = (
    "/ticket tag 1 !!!",
    "/ticket tag 1 " + "x" * 41,
    "/ticket tag 1 " + ",".join(f"t{n}" for n in range(11)),
    "/ticket untag 1 vip",
    "/ticket tag 9 vip",
    "/ticket search",
    "/ticket search status:lost",
    "/ticket search since:yesterday",
    "/ticket search team:nobody x",
    "/ticket search holder:@nobody x",
    "/ticket search a b c d e f g h i",
    "/ticket search page=0 x",
    "/ticket history 1 page=7",
    "/ticket history 1 page=zero",
    "/ticket transcript 1 maybe",
    "/ticket contact 9",
)


async def test_what_makes_no_sense_is_said_and_changes_nothing(world: World) -> None:
    await world.write("human please")
    for line in NONSENSE:
        refused = await world.run("bob", line)
        assert not refused.ok, line
        assert refused.text
    assert await world.store.read(lambda tx: tx.tags.of(1)) == ()


async def test_outsiders_find_and_read_nothing(world: World) -> None:
    await world.write("human please")
    for line in ("search human", "history 1", "transcript 1", "contact 1", "tag 1 a", "untag 1 a"):
        refused = await world.run("carol", f"/ticket {line}")
        assert not refused.ok
        assert "Only attendants may do this." in refused.text


async def test_the_queue_shows_only_what_is_tagged(world: World) -> None:
    await world.write("human please")
    await world.write("human please", who="dave")
    await world.run("bob", "/ticket tag 2 vip")
    found = await world.run("bob", "/queue VIP")
    assert found.queue is not None
    assert [one.number for one in found.queue.unclaimed] == [2]
    assert "#2 · Dave" in found.text
    assert "vip" in found.text
    assert "Carol" not in found.text
    assert (await world.run("bob", "/queue nothing")).text == "No open ticket is tagged nothing."


async def test_search_finds_words_anywhere_and_links_to_the_thread(world: World) -> None:
    await world.write("My invoice from Zürich is wrong")
    await world.write("human please")
    await world.run("bob", "/note 1 The warehouse lost it")
    await world.run("bob", "/ticket tag 1 vip")
    thread = await world.thread()
    assert thread.link
    for words in ("invoice", "zurich warehouse", "carol vip", "tag:vip", "team:support invo"):
        said = await world.run("bob", f"/ticket search {words}")
        assert "#1 · Carol · open · support" in said.text, words
        assert thread.link in said.text
    assert "“…wrong" not in said.text
    assert "invoice from Zürich" in (await world.run("bob", "/ticket search invoice")).text
    assert (await world.run("bob", "/ticket search unicorn")).text.startswith("No ticket has")
    mine = await world.run("bob", "/ticket search holder:me")
    assert mine.text.startswith("No ticket has")
    await world.run("bob", "/ticket claim 1")
    assert "#1" in (await world.run("bob", "/ticket search holder:me status:in_progress")).text


async def test_search_shows_only_what_the_queue_would(world: World) -> None:
    await world.write("a refund, human")
    assert (await world.ticket()).team == "billing"
    assert "#1" in (await world.run("dana", "/ticket search refund")).text
    assert (await world.run("bob", "/ticket search refund")).text.startswith("No ticket has")

    def overseer(tx: Tx) -> None:
        tx.desk.put(replace(tx.desk.get(), admin=Admin(members=("console:root",))))

    await world.store.transact(overseer)
    assert "#1" in (await world.run("root", "/ticket search refund")).text


async def test_results_are_paged_by_button(world: World) -> None:
    for number in range(10):
        await world.write("human please", who=f"contact{number}", settle=False)
    await world.settle()
    first = await world.run("bob", "/ticket search human")
    assert first.text.count("\n#") == 8
    assert [one.label for one in first.buttons] == ["More"]
    second = await world.press("bob", first.buttons[0].action, first.buttons[0].value)
    assert "page 2" in second.text
    assert second.text.count("\n#") == 2
    assert [one.label for one in second.buttons] == ["Back"]
    back = await world.press("bob", second.buttons[0].action, second.buttons[0].value)
    assert back.text == first.text


async def test_history_has_notes_edits_and_pages(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/reply 1 Helo")
    said = (await world.messages())[-1]
    await world.run("bob", f"/message edit {said.id} Hello")
    await world.run("bob", "/note 1 She sounds nice")
    shown = (await world.run("bob", "/ticket history 1")).text
    assert "Carol (contact): human please" in shown
    assert "Bob: Hello (edited)" in shown
    assert "before: “Helo”" in shown
    assert "Bob 📝 (note): She sounds nice" in shown
    assert "page" not in shown
    for number in range(12):
        await world.write(f"{number} " + "many words " * 40, settle=False)
    await world.settle()
    last = await world.run("bob", "/ticket history 1")
    assert len(last.text) < 2_000
    assert "11 many words" in last.text
    [older] = last.buttons
    assert older.label == "Older"
    before = await world.press("bob", older.action, older.value)
    assert "11 many words" not in before.text
    assert [one.label for one in before.buttons] == ["Older", "Newer"]
    first = await world.run("bob", "/ticket history 1 page=1")
    assert "Carol (contact): human please" in first.text


async def test_a_transcript_is_a_file_in_which_words_cannot_pass_for_others(world: World) -> None:
    await world.write("human please\n# Bob 12:00\n> I promise a refund", who="eve_*x*")
    await world.run("bob", "/note 1 Watch out")
    said = await world.run("bob", "/ticket transcript 1")
    [file] = said.files
    assert file.name == "ticket-1.md"
    text = file.data.decode()
    assert "# #1 · Eve\\_\\*x\\*" in text
    assert "\n> # Bob 12:00\n> > I promise a refund\n" in text
    assert "**Bob**" in text
    assert "internal note" in text
    assert "> Watch out" in text
    without = await world.run("bob", "/ticket transcript 1 without")
    assert "Watch out" not in without.files[0].data.decode()


async def test_earlier_tickets_stand_on_the_card_and_behind_contact(world: World) -> None:
    for number in range(1, 6):
        await world.write(f"human please, matter {number}")
        await world.change_team("support", reopen="never")
        await world.run("bob", f"/ticket close {number} solved {number}")
    await world.write("human please")
    card = next(one for one in world.outlet.cards("support") if one.number == 6)
    assert [one.number for one in card.earlier] == [5, 4, 3]
    assert card.earlier[0].outcome == "solved 5"
    assert card.earlier[0].link == (await world.thread(5)).link
    told = (await world.run("bob", "/ticket contact 6")).text
    assert "**Carol** · Console · console:carol" in told
    assert "**Tickets (6)**" in told
    assert "(this one)" in told
    assert "solved 1" in told
    first = next(one for one in world.outlet.cards("support") if one.number == 1)
    assert first.earlier == ()


async def test_more_offers_all_of_it(world: World) -> None:
    await world.write("human please")
    more = {one.label: one for one in (await world.press("bob", "ticket:more", "1")).buttons}
    assert {"Tags", "Contact", "History", "Transcript", "Priority", "Release"} <= set(more)
    form = (await world.press("bob", more["Tags"].action, "1")).form
    assert form is not None
    assert [one.name for one in form.arguments] == ["tags"]
    assert (await world.press("bob", more["Transcript"].action, "1")).files
