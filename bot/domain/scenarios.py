"""The customers who can be played, each with a script for where no model plays the part."""

from __future__ import annotations

from bot.domain.desk import Priority
from bot.domain.practice import Scenario

SCENARIOS = (
    Scenario(
        name="refund",
        about="an angry customer wants their money back",
        who="Nora Feld",
        character=(
            "You bought a coffee machine three weeks ago. It leaks. You have written twice "
            "without an answer and are angry, but you calm down when somebody takes you "
            "seriously, says sorry and tells you exactly what happens next. Order 48213."
        ),
        priority=Priority.HIGH,
        opening=(
            "This is the THIRD time I write. The coffee machine leaks all over my kitchen.",
            "I want my money back.",
        ),
        answers={
            ("order", "number"): "It's order 48213, if anybody there can read.",
            ("when", "how long ago", "date"): "I bought it three weeks ago.",
            ("photo", "picture", "image"): "I can't take a photo now, I am at work.",
            ("exchange", "replace", "new one"): "No. I don't want another one that leaks.",
        },
        lines=(
            "And how long is that going to take? I have heard “soon” twice already.",
            "Do I have to pay for sending it back?",
        ),
        farewell="All right. Thank you, that is the first clear answer I got.",
    ),
    Scenario(
        name="parcel",
        about="a parcel has not arrived, and it is a present",
        who="Sam Okoro",
        character=(
            "You wait for a parcel that should have come on Monday. It is a birthday present for "
            "your daughter; the birthday is the day after tomorrow. You are worried and polite. "
            "Order 77120, the tracking says “in transit” since Friday."
        ),
        opening=("Hi, my parcel should have been here on Monday. Can you see where it is?",),
        answers={
            ("order", "number"): "Sure, it's 77120.",
            ("track",): "The tracking says “in transit”, and that since Friday.",
            ("address", "where do you live"): "The address is right, I checked it.",
            ("neighbour", "neighbor"): "I asked the neighbours already. Nobody has it.",
        },
        lines=(
            "It's a birthday present for my daughter, and the birthday is the day after tomorrow.",
            "Could you send another one by express, just in case?",
        ),
        farewell="That helps a lot, thanks! I'll wait for your message.",
    ),
    Scenario(
        name="login",
        about="somebody cannot log in and needs to be taken by the hand",
        who="Greta Lind",
        character=(
            "You are 71 and cannot log in since yesterday. You are patient, but technical words "
            "mean nothing to you. You use a tablet. You do one step at a time and say what you see."
        ),
        opening=("Good morning. The page does not let me in any more. I did nothing wrong.",),
        answers={
            ("error", "message", "see", "says"): "It says “the password is not correct”, in red.",
            ("browser", "device", "phone", "computer"): "I have a tablet. My grandson set it up.",
            ("reset", "forgot"): "I pressed it. It says that a letter was sent. By post?",
            ("email", "e-mail", "inbox", "mail"): "Oh, in the mail program. Yes, there it is!",
        },
        lines=("I am not good at this. What do I press first?",),
        farewell="It works! You are very kind. Goodbye!",
    ),
    Scenario(
        name="double",
        about="somebody was charged twice and asks for a discount on top",
        who="Luis Prado",
        character=(
            "You were charged twice for one subscription this month, 29 euros each. You are "
            "friendly, write short, and try to get a discount for the trouble; you accept a no "
            "that is explained. Your invoice is INV-2231."
        ),
        opening=("hey, you took 29 euros from me twice this month",),
        answers={
            ("invoice", "number", "reference"): "INV-2231",
            ("card", "bank", "paypal", "paid"): "credit card, both on the 3rd",
            ("screenshot", "statement"): "can send it tonight",
        },
        lines=("so do I get a discount for the trouble? 😀",),
        farewell="ok fair enough, thx",
    ),
    Scenario(
        name="cancel",
        about="a customer wants to leave and has a hidden reason",
        who="Ines Moreau",
        character=(
            "You want to cancel your plan. Asked why, you first say that it is too expensive. Only "
            "when somebody asks further do you say that an export you need every week has been "
            "broken for a month. If that is taken seriously you stay for now."
        ),
        priority=Priority.LOW,
        opening=("Please cancel my plan at the end of the month.",),
        answers={
            ("why", "reason", "may i ask", "could you tell"): "It's too expensive for what I use.",
            ("what do you use", "need", "use it for", "missing", "more"): (
                "To be honest: the weekly export has been broken for a month. Without it the rest "
                "is of no use to me."
            ),
            ("discount", "cheaper", "offer"): "It's not only the price.",
        },
        lines=("Is there anything I have to sign?",),
        farewell="Good, then let's leave it running for now and see. Thank you for asking.",
    ),
)
