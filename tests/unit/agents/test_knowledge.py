"""The knowledge folder: what is read, what is refused, what a search finds."""

from __future__ import annotations

import logging
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from adapters.agents.folder import LARGEST_PAGE
from adapters.agents.knowledge import Knowledge
from adapters.agents.lexical import LexicalIndex
from adapters.agents.passages import passages
from bot.domain.errors import CannotRun


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "billing.md").write_text(
        "# Billing\n\n## Invoices\n\nInvoices are under Settings.\n"
    )
    (tmp_path / "login.md").write_text("# Login\n\n## Password\n\nReset it on the sign-in page.\n")
    return tmp_path


@pytest.fixture(scope="module")
def sample() -> Knowledge:
    with as_file(files("bot.sample") / "knowledge") as path:
        return Knowledge(path)


def sources(knowledge: Knowledge, query: str) -> list[str]:
    return [hit.passage.source for hit in knowledge.search(query) if hit.fits]


def test_a_missing_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"gone does not exist"):
        Knowledge(tmp_path / "gone")


def test_a_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(CannotRun, match=r"is not a folder"):
        Knowledge(folder / "login.md")


def test_a_folder_with_nothing_to_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    with pytest.raises(CannotRun, match=r"no file to answer from"):
        Knowledge(tmp_path)


def test_an_unreadable_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(CannotRun, match=r"cannot be read"):
        Knowledge(folder)


def test_a_changed_file_is_found_without_a_restart(folder: Path) -> None:
    knowledge = Knowledge(folder, look_every=0)
    assert sources(knowledge, "waiting list") == []
    (folder / "classes.md").write_text("# Classes\n\n## Waiting list\n\nA free place is offered.\n")
    assert sources(knowledge, "waiting list") == ["classes.md \u203a Waiting list"]
    (folder / "classes.md").write_text("# Classes\n\n## Yoga mats\n\nBring your own.\n")
    assert sources(knowledge, "waiting list") == []
    assert sources(knowledge, "yoga mats") == ["classes.md \u203a Yoga mats"]
    (folder / "classes.md").unlink()
    assert sources(knowledge, "yoga mats") == []


def test_what_was_known_stays_while_the_folder_is_away(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    knowledge = Knowledge(folder, look_every=0)
    assert sources(knowledge, "invoices")
    folder.rename(tmp_path_factory.mktemp("elsewhere") / "knowledge")
    assert sources(knowledge, "invoices")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("dump.txt", b"a" * (LARGEST_PAGE + 1), "more than 512 KB"),
        ("binary.md", b"text\x00text", "not text"),
        ("latin.md", "café".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_page_is_left_out_and_the_log_says_why(
    folder: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes, reason: str
) -> None:
    (folder / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert sources(Knowledge(folder), "invoices")
    assert name in caplog.text
    assert reason in caplog.text


def test_hidden_files_and_folders_are_not_knowledge(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "secret.md").write_text("# Zebra\n\nZebra crossing.")
    assert sources(Knowledge(folder), "zebra") == []


def test_pages_in_sub_folders_are_named_by_their_path(folder: Path) -> None:
    (folder / "team").mkdir()
    (folder / "team" / "parking.md").write_text("Park behind the house.")
    assert sources(Knowledge(folder), "parking") == ["team/parking.md"]


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("How much does the Studio plan cost?", "plans.md"),
        ("where can I find my invoice", "billing.md"),
        ("Why was I charged twice this month???", "billing.md"),
        ("I want my money back", "refunds.md"),
        ("google calendar is not syncing", "calendar-sync.md"),
        ("My client says she did not get a reminder", "reminders.md"),
        ("How do I cancel my subscription?", "cancelling.md"),
        ("I forgot my password", "login.md"),
        ("import clients from excel", "importing-clients.md"),
        ("are you GDPR compliant", "privacy.md"),
        ("the app keeps crashing", "troubleshooting.md"),
        ("refund?", "refunds.md"),
    ],
)
def test_everyday_questions_find_their_page(sample: Knowledge, question: str, page: str) -> None:
    (best, *_) = sources(sample, question)
    assert best.startswith(page)


@pytest.mark.parametrize(
    "question",
    [
        "who won the world cup",
        "my washing machine is leaking",
        "do you sell shoes?",
        "does it integrate with salesforce",
        "what is the weather in paris tomorrow",
        "asdf qwer",
        "!!!",
    ],
)
def test_nothing_fits_a_question_about_something_else(sample: Knowledge, question: str) -> None:
    assert sources(sample, question) == []


def test_a_page_in_another_language_is_searched_with_its_own_stems() -> None:
    page = "# Rechnungen\n\nIhre Rechnungen finden Sie unter den Einstellungen, als Datei."
    other = "# Passwort\n\nDas Passwort setzen Sie auf der Seite für die Anmeldung selbst zurück."
    index = LexicalIndex([*passages("rechnung.md", page), *passages("passwort.md", other)])
    (best, *_) = index.search("Wo finde ich die letzte Rechnung?")
    assert best.passage.source == "rechnung.md \u203a Rechnungen"


def test_accents_may_be_left_out() -> None:
    page = "# Cancelamento\n\nA marcação pode ser cancelada até um dia antes da sessão, sem custo."
    index = LexicalIndex(passages("a.md", page))
    assert index.search("marcacao")


def test_an_empty_index_finds_nothing() -> None:
    assert LexicalIndex(()).search("anything") == ()


def test_the_topics_are_the_titles_of_the_pages(sample: Knowledge) -> None:
    assert "Billing and invoices" in sample.topics
