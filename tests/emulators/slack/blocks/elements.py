"""Interactive elements and composition objects. Slack: block-kit/block-elements."""

from typing import Any

from tests.emulators.slack.blocks.check import Check, kind_of
from tests.emulators.slack.errors import Json

SELECTS: tuple[str, ...] = (
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
)
SELECTS += ("channels_select",)
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
IN_ACTIONS = {"button", "overflow", *SELECTS, *MULTI_SELECTS, *PICKERS, *CHOICES}
IN_SECTION = {*IN_ACTIONS, "image"} - {"datetimepicker"}
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
IN_INPUT = {*SELECTS, *MULTI_SELECTS, *PICKERS, *CHOICES, *TEXT_INPUTS}
IN_INPUT |= {"rich_text_input", "file_input"}

COMMON = ("action_id", "confirm", "focus_on_load", "placeholder")
OPTIONAL: dict[str, tuple[str, ...]] = {
    "button": ("action_id", "url", "value", "style", "confirm", "accessibility_label"),
    "overflow": ("action_id", "confirm"),
    "checkboxes": ("action_id", "initial_options", "confirm", "focus_on_load"),
    "radio_buttons": ("action_id", "initial_option", "confirm", "focus_on_load"),
    "static_select": (*COMMON, "options", "option_groups", "initial_option"),
    "multi_static_select": (
        *(*COMMON, "options", "option_groups"),
        *("initial_options", "max_selected_items"),
    ),
    "external_select": (*COMMON, "initial_option", "min_query_length"),
    "multi_external_select": (
        *(*COMMON, "initial_options"),
        *("min_query_length", "max_selected_items"),
    ),
    "users_select": (*COMMON, "initial_user"),
    "multi_users_select": (*COMMON, "initial_users", "max_selected_items"),
    "conversations_select": (
        *(*COMMON, "initial_conversation", "default_to_current_conversation"),
        *("response_url_enabled", "filter"),
    ),
    "multi_conversations_select": (
        *(*COMMON, "initial_conversations", "default_to_current_conversation"),
        *("max_selected_items", "filter"),
    ),
    "channels_select": (*COMMON, "initial_channel", "response_url_enabled"),
    "multi_channels_select": (*COMMON, "initial_channels", "max_selected_items"),
    "datepicker": (*COMMON, "initial_date"),
    "timepicker": (*COMMON, "initial_time", "timezone"),
    "datetimepicker": ("action_id", "confirm", "focus_on_load", "initial_date_time"),
    "plain_text_input": (
        *("action_id", "focus_on_load", "placeholder", "initial_value", "multiline"),
        *("min_length", "max_length", "dispatch_action_config"),
    ),
    "rich_text_input": (
        *("action_id", "focus_on_load", "placeholder", "initial_value"),
        "dispatch_action_config",
    ),
    "email_text_input": (
        *("action_id", "focus_on_load", "placeholder", "initial_value"),
        "dispatch_action_config",
    ),
    "url_text_input": (
        *("action_id", "focus_on_load", "placeholder", "initial_value"),
        "dispatch_action_config",
    ),
    "number_input": (
        *("action_id", "focus_on_load", "placeholder", "initial_value"),
        *("min_value", "max_value", "dispatch_action_config"),
    ),
    "file_input": ("action_id", "filetypes", "max_files"),
    "image": ("image_url", "slack_file"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "button": ("text",),
    "overflow": ("options",),
    "checkboxes": ("options",),
    "radio_buttons": ("options",),
    "number_input": ("is_decimal_allowed",),
    "image": ("alt_text",),
}
# Slack: a select holds 100 options, checkboxes and radio buttons 10, an overflow menu 5.
OPTION_LIMITS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
# Slack: an option's value has at most 150 characters, its text 75.
OPTION_VALUE = 150
OPTION_TEXT = 75
INITIAL = ("initial_option", "initial_options")


def check_element(check: Check, element: Any, pointer: str, *, allowed: set[str]) -> None:
    if not check.is_object(element, pointer):
        return
    kind = kind_of(element)
    if kind not in allowed or kind not in OPTIONAL:
        check.add(f"unsupported type: {kind}", f"{pointer}/type")
        return
    check.keys(element, pointer, required=REQUIRED.get(kind, ()), optional=OPTIONAL[kind])
    check.string(element.get("action_id"), f"{pointer}/action_id", limit=255)
    check.text(element.get("placeholder"), f"{pointer}/placeholder", limit=150)
    if "confirm" in element:
        check_confirm(check, element["confirm"], f"{pointer}/confirm")
    if kind == "button":
        _check_button(check, element, pointer)
    elif kind == "image":
        check_image_source(check, element, pointer)
    elif kind == "file_input":
        _check_file_input(check, element, pointer)
    elif kind in TEXT_INPUTS:
        _check_text_input(check, element, pointer)
    else:
        _check_options(check, element, pointer)


def _check_button(check: Check, element: Json, pointer: str) -> None:
    """Slack: a button's text has at most 75 characters, its value 2,000."""
    check.text(element.get("text"), f"{pointer}/text", limit=75)
    check.string(element.get("value"), f"{pointer}/value", limit=2000, minimum=0)
    check.string(element.get("accessibility_label"), f"{pointer}/accessibility_label", limit=75)
    check.url(element.get("url"), f"{pointer}/url")
    if element.get("style") not in (None, "primary", "danger"):
        check.add("must be one of: primary, danger", f"{pointer}/style")


def check_image_source(check: Check, image: Json, pointer: str) -> None:
    """Slack: an image names a URL or a file in Slack, one of the two, and an alt text."""
    check.string(image.get("alt_text"), f"{pointer}/alt_text", limit=2000)
    if (image.get("image_url") is None) == (image.get("slack_file") is None):
        check.add("must provide one of: image_url, slack_file", pointer)
    check.url(image.get("image_url"), f"{pointer}/image_url")


def _check_file_input(check: Check, element: Json, pointer: str) -> None:
    """Slack: a file input takes 1 to 10 files."""
    count = element.get("max_files", 10)
    if not isinstance(count, int) or not 1 <= count <= 10:
        check.add("must be between 1 and 10", f"{pointer}/max_files")


def _check_text_input(check: Check, element: Json, pointer: str) -> None:
    """Slack: a plain text input holds at most 3,000 characters."""
    check.string(element.get("initial_value"), f"{pointer}/initial_value", limit=3000, minimum=0)
    longest = element.get("max_length", 3000)
    if not isinstance(longest, int) or not 1 <= longest <= 3000:
        check.add("must be between 1 and 3000", f"{pointer}/max_length")


def _check_options(check: Check, element: Json, pointer: str) -> None:
    kind, before = element["type"], len(check.problems)
    if kind in {"static_select", "multi_static_select"}:
        _check_static(check, element, pointer)
    elif "options" in element:
        limit = OPTION_LIMITS.get(kind, 100)
        check_option_list(check, element["options"], f"{pointer}/options", limit=limit)
    if len(check.problems) == before:
        _check_initial(check, element, pointer)


def _check_initial(check: Check, element: Json, pointer: str) -> None:
    """Slack: what is chosen from the start is one of the options, word for word."""
    chosen, known = element.get("initial_options"), options_of(element)
    listed = chosen if isinstance(chosen, list) else [element.get("initial_option")]
    for one in listed:
        if one is not None and known and not any(_same(one, option) for option in known):
            check.add("initial option is not one of the options", pointer)


def _check_static(check: Check, element: Json, pointer: str) -> None:
    if ("options" in element) == ("option_groups" in element):
        check.add("must provide one of: options, option_groups", pointer)
    elif "options" in element:
        check_option_list(check, element["options"], f"{pointer}/options", limit=100)
    else:
        groups = check.items(element["option_groups"], f"{pointer}/option_groups", limit=100)
        for number, group in enumerate(groups):
            place = f"{pointer}/option_groups/{number}"
            if check.is_object(group, place):
                check.keys(group, place, required=("label", "options"), optional=())
                check.text(group.get("label"), f"{place}/label", limit=75)
                check_option_list(check, group.get("options"), f"{place}/options", limit=100)


def check_option_list(
    check: Check, options: Any, pointer: str, *, limit: int, minimum: int = 1
) -> None:
    listed = check.items(options, pointer, limit=limit, minimum=minimum)
    for number, option in enumerate(listed):
        place = f"{pointer}/{number}"
        if check.is_object(option, place):
            check.keys(option, place, required=("text", "value"), optional=("description", "url"))
            check.text(option.get("text"), f"{place}/text", limit=OPTION_TEXT, mrkdwn=True)
            check.string(option.get("value"), f"{place}/value", limit=OPTION_VALUE)
            check.text(option.get("description"), f"{place}/description", limit=75, mrkdwn=True)


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [
        *(element.get("options") or []),
        *(option for group in groups for option in group.get("options") or []),
    ]


def _same(one: Any, other: Any) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(other, dict)
        and one.get("value") == other.get("value")
        and one.get("text") == other.get("text")
    )


def check_confirm(check: Check, confirm: Any, pointer: str) -> None:
    """Slack: title 100, text 300, the two buttons 30 characters."""
    if not check.is_object(confirm, pointer):
        return
    required = ("title", "text", "confirm", "deny")
    check.keys(confirm, pointer, required=required, optional=("style",))
    check.text(confirm.get("title"), f"{pointer}/title", limit=100)
    check.text(confirm.get("text"), f"{pointer}/text", limit=300, mrkdwn=True)
    check.text(confirm.get("confirm"), f"{pointer}/confirm", limit=30)
    check.text(confirm.get("deny"), f"{pointer}/deny", limit=30)
