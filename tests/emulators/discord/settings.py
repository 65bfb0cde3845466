"""What a test may turn, with Discord's own values as defaults."""

from dataclasses import dataclass, fields

from tests.emulators.discord.constants import Json

MIB = 1024 * 1024


@dataclass
class Settings:
    """Seconds unless the name says otherwise."""

    heartbeat_interval: float = 41.25  # Discord: HELLO says about 41,250 ms
    resume_window: float = 180.0  # how long a lost session may be resumed
    replay_events: int = 20_000  # how many missed events a session keeps
    identify_window: float = 0.0  # Discord: one IDENTIFY per 5 s; 0 switches it off
    session_starts: int = 1000  # Discord: IDENTIFYs a day
    gateway_commands: int = 120  # Discord: commands a minute on one socket
    interaction_answer: float = 3.0  # Discord: first answer within 3 s
    interaction_token: float = 900.0  # Discord: token lives 15 minutes
    nonce_window: float = 180.0  # Discord: "the past few minutes"
    cdn_lifetime: float = 86_400.0  # Discord: signed links live 24 hours
    active_threads: int = 1000  # Discord: active threads in a guild
    guild_channels: int = 500  # Discord: channels in a guild
    rate_limits: bool = True
    rate_limit_scale: float = 1.0  # windows are multiplied by this
    rate_limit_factor: int = 1  # requests of a window are multiplied by this
    global_per_second: int = 50  # Discord: requests a second for one bot
    enforce_nonce: bool = True  # off: the platform forgets nonces (a control for other tests)

    def update(self, values: Json) -> None:
        known = {field.name: field.type for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise KeyError(name)
            setattr(self, name, type(getattr(self, name))(value))


# Discord: file size by boost tier: 10 MiB, 10 MiB, 50 MiB, 100 MiB.
FILE_LIMITS = (10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB)
