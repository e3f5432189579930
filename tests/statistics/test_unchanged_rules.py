"""The answers of the rules of the platform on hundreds of drawn cases, kept: dates at the edge, orders that matter,
words that a person reads. Each rule has its table in tests/spec; here nothing between two lines moves in silence.
"""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import product

from maillage.apps.agenda.rules import appointments, mailbox, permanences, workshops
from maillage.apps.people.mandats.rules import frame
from maillage.apps.platform.messages.rules import addresses, hours, incoming, states, words
from maillage.apps.referrals.droits.rules import facts, line
from maillage.apps.referrals.orientations.rules import cycle, matching
from maillage.apps.referrals.orientations.rules.matching import PersonNeed, PlaceOffer
from tests.support.unchanged import check

TODAY = date(2026, 11, 23)
RULE = line.Rule(papers={"un": "Un papier", "deux": "Un autre"}, lasts=12, opens=4, closes=2, appeal=2)


def near(draw, days=420):
    """Return a day before today, most often a near one."""
    return TODAY - timedelta(days=draw.choice((0, 1, 2, 7, 29, 30, 31, 61, 300, 301, draw.randrange(days))))


def test_where_procedures_stand():
    draw, lines = random.Random(1), []
    rules = (
        RULE,
        line.Rule(),
        line.Rule(lasts=3, opens=2),
        line.Rule(papers={"un": "Un papier"}, endless=True),
    )
    stands = []
    for _ in range(260):
        steps = []
        for n in range(draw.randrange(5)):
            kind = draw.choice(list(facts.FACTS))
            on = near(draw)
            until = draw.choice(
                (
                    None,
                    TODAY,
                    TODAY - timedelta(days=1),
                    TODAY + timedelta(days=draw.choice((1, 29, 31, 301, 700))),
                )
            )
            steps.append(
                facts.Statement(
                    kind=kind,
                    on=on,
                    n=n,
                    until=until if kind in facts.UNTIL else None,
                    paper=draw.choice(("un", "deux", "")),
                )
            )
        stand = line.standing(steps, draw.choice(rules), TODAY)
        stands.append(stand)
        lines.append(
            f"{stand.state} {'/'.join(stand.marks)} {stand.current} {stand.tag} {stand.sentence} {stand.gesture}"
            f" {stand.deadline} {'/'.join(stand.gathered)} {'/'.join(stand.missing)}"
        )
    heads = [line.headline(stands[n : n + k], TODAY) for n in range(0, 260, 9) for k in (0, 1, 4)]
    order = [stands.index(each) for each in sorted(stands, key=line.order)]
    later = [
        line.months_later(day, n).isoformat()
        for day in (date(2026, 1, 31), date(2024, 2, 29), TODAY)
        for n in (0, 1, 11, 12, 25)
    ]
    wrong = [
        facts.wrong_dates(kind, on, until, TODAY)
        for kind in ("sent", "obtained", "x")
        for on in (
            TODAY,
            TODAY + timedelta(days=1),
            TODAY - facts.EARLIEST,
            TODAY - facts.EARLIEST - timedelta(days=1),
        )
        for until in (
            None,
            on,
            on - timedelta(days=1),
            TODAY + facts.FARTHEST,
            TODAY + facts.FARTHEST + timedelta(days=1),
        )
    ]
    edges = [
        facts.wrong_dates("obtained", TODAY, day, TODAY) == ""
        for day in (date(2046, 12, 8), date(2046, 12, 9))
    ]
    past = [
        facts.wrong_dates("sent", day, None, TODAY) == "" for day in (date(2011, 11, 12), date(2011, 11, 11))
    ]
    assert (edges, past) == ([True, False], [True, False]), "twenty years ahead, fifteen behind, of 366 days"
    check("rules-droits", {"stands": lines, "heads": heads, "order": order, "later": later, "wrong": wrong})


def test_what_a_mandate_allows():
    draw, lines = random.Random(2), []
    days = [None, *(TODAY + timedelta(days=n) for n in (-400, -31, -1, 0, 1, 40))]
    for _ in range(240):
        frames = [
            frame.Frame(
                structure=draw.choice((1, 1, 2)),
                starts_on=draw.choice(days),
                ends_on=draw.choice(days),
                signed=draw.random() < 0.8,
                withdrawn_on=draw.choice((None, None, TODAY, days[2])),
                permitted=frozenset(draw.sample(("rsa", "caf", "impots"), draw.randrange(3))),
                revoked={"rsa": TODAY} if draw.random() < 0.2 else {},
            )
            for _ in range(draw.randrange(4))
        ]
        judgement = frame.judge(
            frames, structure=1, procedure="rsa", family=draw.choice(("caf", "caf", "caf", "")), on=TODAY
        )
        lines.append(f"{judgement.allowed} {judgement.frame} {judgement.why} {judgement.what_to_do}")
    ends = [
        frame.ends_on(on, duration).isoformat()
        for on in (date(2026, 1, 31), date(2023, 3, 1), date(2024, 2, 29), date(2026, 12, 31))
        for duration in frame.DURATIONS
    ]
    check("rules-mandats", {"judged": lines, "ends": ends})


def test_when_a_door_opens():
    opening = permanences.Opening(
        hours=permanences.read_hours([[0, "09:00", "12:00"], [0, "13:30", "15:00"], [3, "08:15", "10:00"]]),
        minutes=45, first_on=date(2026, 4, 27), until_on=date(2026, 6, 29), every=2, commune="38185",
        closed=[(date(2026, 5, 11), date(2026, 5, 12))],
    )  # fmt: skip
    every = permanences.Opening(
        hours=opening.hours, minutes=20, first_on=date(2026, 4, 27), off_on_holidays=False
    )
    span = (date(2026, 4, 1), date(2026, 7, 15))
    moments = [
        datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(minutes=n)
        for n in (-60, -30, -1, 0, 1, 29, 30, 31, 60)
    ]
    wrong = [
        permanences.wrong_hours(permanences.read_hours(text), minutes)
        for text in (
            [],
            [[0, "09:00", "09:00"]],
            [[0, "09:00", "09:20"]],
            [[1, "09:00", "12:00"], [1, "11:59", "13:00"]],
            [[1, "09:00", "12:00"], [1, "12:00", "13:00"]],
            [[2, "10:00", "09:00"]],
        )
        for minutes in (0, 5, 20, 30, 500)
    ]
    looked = [
        TODAY - timedelta(days=n)
        for n in (0, mailbox.not_read_for() - 1, mailbox.not_read_for(), mailbox.not_read_for() + 1)
    ]
    results = {
        "slots": [[each.isoformat() for each in permanences.slots(one, *span)] for one in (opening, every)],
        "days": [[each.isoformat() for each in permanences.days(one, *span)] for one in (opening, every)],
        "stored": permanences.stored_hours(opening.hours),
        "wrong": wrong,
        "moments": [appointments.wrong_moment(each, minutes, moments[3]) for each in moments for minutes in (0, 5, 30, 480, 1000)],
        "overlaps": [appointments.overlaps(moments[3], 30, each, minutes) for each in moments for minutes in (1, 30)],
        "stripped": appointments.stripped_before(moments[0]).isoformat(),
        "late": [mailbox.is_late(one, since, TODAY) for one in (None, *looked) for since in looked],
        "counts": [mailbox.wrong_counts(*each) for each in product((-1, 0, 3, mailbox.MOST_MESSAGES, mailbox.MOST_MESSAGES + 1), repeat=2)],
        "next": [
            mailbox.wrong_next(each, on, TODAY)
            for each in (None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1))
            for on in (TODAY, TODAY - timedelta(days=3))
        ],
        "rooms": [(room.free, room.is_full) for room in (workshops.Room(*each) for each in product((0, 2), (0, 1, 2, 3), (0, 1)))],
        "formats": [workshops.format_of(each) for each in ([], [60], [60, 60], [899, 1], [898, 1], [450] * 2, [450, 449])],
        "open": [workshops.is_open(moments[3], each) for each in moments],
        "call": [workshops.to_call(each) for each in product((True, False, None), repeat=4)],
        "chain": [workshops.chain([each, [True, True]], n_present) for each in product((True, False, None), repeat=3) for n_present in (0, 1, 3, 5)],
    }  # fmt: skip
    check("rules-agenda", results)


def test_what_a_message_becomes():
    body = b'{"number": "33612345678", "text": "STOP", "id": "1"}'
    at = datetime(2026, 11, 22, 23, tzinfo=UTC)
    secret = "s" * 40
    json = {"content-type": "application/json"}
    posts = [
        incoming.Post(url="https://x/", headers={**json, "x-signature": incoming.sign(signed, sent, at + late)}, body=read, at=at)
        for signed, sent, read, late in (
            (secret, body, body, timedelta()),
            (secret, body, body + b" ", timedelta()),
            ("t" * 40, body, body, timedelta()),
            *((secret, body, body, timedelta(seconds=n)) for n in (-301, -300, -299, 299, 300, 301)),
            *((secret, other, other, timedelta()) for other in (b"[]", b"{}", b"{", b'{"number": "0612345678", "text": "x", "id": "2"}', b'{"number": "SERVICE", "id": "3"}')),
        )
    ]  # fmt: skip

    def read(post, way, key=secret):
        try:
            return incoming.read(way, key, post)
        except (incoming.Forged, incoming.Unreadable) as refused:
            return type(refused).__name__

    numbers = [
        "06 12 34 56 78",
        "0692123456",
        "+262 692 12 34 56",
        "+687751234",
        "04 76 00 00 01",
        "3949",
        "+33 6 39 98 00 01",
        "0700000000",
        "x",
        "",
    ]
    results = {
        "read": [read(post, way) for post in posts for way in incoming.PROOFS],
        "short secret": [read(posts[0], way, "court") for way in incoming.PROOFS],
        "mobile": [addresses.mobile(each) for each in numbers],
        "addresses": [
            addresses.read(channel, each)
            for channel in ("email", "sms", "letter")
            for each in (
                "ali@exemple.fr",
                "a@b",
                f"{'a' * 242}@exemple.fr",
                f"{'a' * 243}@exemple.fr",
                "x" * 500,
                "x" * 501,
            )
        ],
        "same": [addresses.same(channel, each) for channel in ("email", "sms", "letter") for each in ("Ali@Exemple.FR", "+33612345678")],
        "masked": [
            addresses.masked(channel, each)
            for channel in ("email", "sms", "letter")
            for each in ("ali@exemple.fr", "a@b.fr", "+33612345678", "1 rue du Lac\n38000 Grenoble")
        ],
        "zones": [str(hours.zone(each)) for each in ("+33612345678", "+262692123456", "+262639123456", "+687751234", "")],
        "leaves": [
            hours.leaves_at(channel, "+33612345678", datetime(2026, 11, day, hour, minute, tzinfo=UTC))
            .astimezone(UTC)
            .isoformat()
            for channel in ("sms", "email")
            for day in (21, 22, 23)
            for hour, minute in ((0, 0), (6, 59), (7, 0), (18, 59), (19, 0), (23, 30))
        ],
        "delays": [str(states.delay(n)) for n in range(8)],
        "words": [
            (words.line(each), words.body(each), words.short(each), words.parts(each))
            for each in (
                "  a  b\n c ",
                "é€" * 40,
                "x" * 159,
                "x" * 160,
                "x" * 161,
                "x" * 306,
                "x" * 307,
                "œ" * 70,
                "œ" * 71,
                "",
            )
        ],
    }  # fmt: skip
    check("rules-messages", results)


def test_what_a_referral_may_become():
    results = {
        "moves": [
            (
                verb,
                state,
                [
                    side
                    for side in ("sender", "receiver", "person", "platform")
                    if cycle.allowed(verb, state, side)
                ],
                cycle.after(verb, state, "x"),
            )
            for verb in cycle.MOVES
            for state in cycle.STATES
            if any(cycle.allowed(verb, state, side) for side in ("sender", "receiver", "person", "platform"))
        ],
        "ends": [cycle.expires_on(TODAY, before).isoformat() for before in (None, *(TODAY + timedelta(days=n) for n in (-1, 0, 1, 5, 29, 30, 31)))],
        "reminders": [
            {str(n): day.isoformat() for n, day in cycle.reminders(TODAY, last).items()}
            for last in (None, *(TODAY + timedelta(days=n) for n in (1, 5, 6, 10, 20, 21)))
        ],
        "forgotten": cycle.forget_before(TODAY).isoformat(),
    }  # fmt: skip
    check("rules-cycle", results)


def test_which_places_suit():
    draw, lines = random.Random(3), []
    at = datetime(2026, 11, 23, 9, 30)

    def some(*values):
        return frozenset(draw.sample(values, draw.randrange(len(values) + 1)))

    for _ in range(300):
        wanted = PersonNeed(
            need=draw.choice(("formation", "assistance", "wifi")), result=draw.choice(("", "autonome")), help=draw.choice(("", "for", "with", "learn")),
            level=draw.choice(("", "beginner", "advanced")), publics=tuple(some("seniors", "youth")), language=draw.choice(("", "fr", "ar", "Arabe")),
            minutes=draw.choice((0, 15, 30)), free=draw.random() < 0.4, wheelchair=draw.random() < 0.3, adaptations=tuple(some("deafness", "illiteracy")),
            days=tuple(sorted(some(0, 2, 5))), urgent_before=draw.choice((None, TODAY, TODAY + timedelta(days=3))), lacks=tuple(some(*matching.LACKS)), sent=draw.random() < 0.5,
        )  # fmt: skip
        known = PlaceOffer(
            state=draw.choice(("", "offered", "offered", "offered", "planned", "ended", "denied")), is_declared=draw.random() < 0.7, ways=some("alone", "person", "group", "remote"),
            instead=draw.random() < 0.3, teaches=draw.random() < 0.3, reserved_for=draw.choice((frozenset(), frozenset(), some("seniors", "youth"))), welcomes=some("seniors", "youth"),
            levels=some("beginner", "intermediate", "advanced"), languages=tuple(sorted(some("Arabe", "Anglais"))), cares=some("deafness", "illiteracy", matching.WHEELCHAIR), barriers=draw.choice((frozenset(), some(*matching.LACKS))),
            prices=some("free", "paid", "conditional"), price=draw.choice(("", "5 euros")), walk=draw.choice((None, 3.0, 14.9, 15.0, 29.0, 31.0, 61.0)), walk_words="à pied à pied", from_point=draw.random() < 0.8,
            opens=draw.choice((None, at, at + timedelta(hours=3), at + timedelta(days=1), at + timedelta(days=9))), weekdays=draw.choice((None, some(0, 2, 4))), hours_text=draw.choice(("", "le lundi")),
            closed_until=draw.choice((None, None, TODAY, TODAY + timedelta(days=4), TODAY - timedelta(days=1))), walk_in=draw.random() < 0.5, full=draw.choice(("", "", "hier")), full_for=draw.random() < 0.2,
            stitches=draw.randrange(5), fresh="récent", sent=draw.random() < 0.5, only_sent=draw.random() < 0.2, no_public=draw.random() < 0.1,
        )  # fmt: skip
        why = matching.why_not(wanted, known, TODAY)
        reasons = matching.reasons(wanted, known, at)
        points = "/".join(f"{each.criterion} {each.answer} {each.points} {each.most}" for each in reasons)
        lines.append(
            f"{why} {matching.total(reasons)} {points} {' '.join(each.words for each in reasons)[:160]}"
        )
    minutes = [
        matching.rounded_minutes(each) for each in (0.2, 1.0, 4.4, 4.6, 12.4, 12.6, 29.9, 58.0, 61.0, 240.0)
    ]
    check("rules-matching", {"places": lines, "minutes": minutes})
