"""What a workspace is made of. Plain records; the rules live elsewhere."""

from dataclasses import dataclass, field

from tests.emulators.slack.errors import Json

IM = "im"
MPIM = "mpim"
GROUP = "group"
CHANNEL = "channel"


@dataclass(kw_only=True)
class Workspace:
    id: str
    name: str
    domain: str


@dataclass(kw_only=True)
class App:
    """An app as installed in one workspace, with its bot user."""

    id: str
    team_id: str
    name: str
    bot_id: str
    bot_user: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    scopes: set[str]
    events: set[str]
    commands: dict[str, Json]
    shortcuts: dict[str, str]
    mode: str = "socket"
    request_url: str = ""
    commands_url: str = ""
    interactivity_url: str = ""
    home_tab: bool = True
    revoked: bool = False


@dataclass(kw_only=True)
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str = ""
    image: str = ""
    tz: str = "Etc/UTC"
    locale: str = "en-US"
    is_owner: bool = False
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False
    presence: str = "active"
    bot_id: str | None = None
    app_id: str | None = None


@dataclass(kw_only=True)
class Group:
    id: str
    team_id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False


@dataclass(kw_only=True)
class Message:
    ts: str
    channel: str
    team: str
    text: str = ""
    user: str | None = None
    app_id: str | None = None
    bot_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    username: str | None = None
    icons: Json | None = None
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str | None = None
    extra: Json = field(default_factory=dict)
    revisions: list[str] = field(default_factory=list)
    unfurl: Json = field(default_factory=dict)
    made_blocks: bool = False


@dataclass(kw_only=True)
class Channel:
    id: str
    team_id: str
    name: str
    kind: str = CHANNEL
    creator: str = ""
    created: int = 0
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_ext_shared: bool = False
    topic: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    deleted: list[Message] = field(default_factory=list)

    @property
    def scope(self) -> str:
        """The family of scopes that covers this kind of conversation."""
        return {CHANNEL: "channels", GROUP: "groups", IM: "im", MPIM: "mpim"}[self.kind]


@dataclass(kw_only=True)
class File:
    id: str
    team_id: str
    name: str
    title: str
    user: str
    created: int
    length: int
    mimetype: str = ""
    filetype: str = ""
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    ready: bool = False
    deleted: bool = False
    alt_txt: str = ""
    base: str = ""
    shares: list[tuple[str, str]] = field(default_factory=list)
    given_to: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class View:
    id: str
    app_id: str
    team_id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    open: bool = True
    state: Json = field(default_factory=dict)
    suggested: dict[str, list[Json]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Trigger:
    id: str
    app_id: str
    user: str
    created: float
    view: str | None = None
    used: bool = False


@dataclass(kw_only=True)
class ResponseUrl:
    id: str
    app_id: str
    user: str
    channel: str
    created: float
    message_ts: str | None = None
    ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


@dataclass(kw_only=True)
class Ephemeral:
    """What only one person sees. `deleted` once it was replaced or taken back."""

    ts: str
    channel: str
    user: str
    app_id: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    deleted: bool = False
    source: str = "chat.postEphemeral"
