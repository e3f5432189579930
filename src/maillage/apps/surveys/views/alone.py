"""Answering alone: by the link of a survey, on a kiosk, or by the link of a structure. Screen by screen,
without script.

What is answered stays in the session until it is sent: closing the window loses nothing, and nobody's name is
asked.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, wraps
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.apps.platform.accounts.access import count, count_of
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions import targets
from maillage.apps.surveys.actions.receive import receive
from maillage.apps.surveys.forms import alone as forms
from maillage.apps.surveys.models import Publication, Survey, Surveyor, Target, Version
from maillage.apps.surveys.queries import screens
from maillage.kernel.typed import ROWS, whole_number
from maillage.modules.translations import NAMES
from maillage.publishing.survey.paper import how
from maillage.questionnaires.answering import Completed, complete
from maillage.questionnaires.questionnaire import Questionnaire, load
from maillage.questionnaires.questionnaire import words as text_in
from maillage.words import languages
from maillage.words.wording import spaced

STARTED_AN_HOUR, SENT_AN_HOUR = 300, 120  # by a connection: a whole room answers from one
KIOSK = "enquete-borne"
LANGUAGE_NAMES = {**NAMES, languages.FRENCH: languages.LANGUAGES[languages.FRENCH].name}
FINISHING = timedelta(hours=2)  # for whoever was answering when the survey ended
SILENCE = timedelta(minutes=3)  # on a kiosk, whoever stops is gone
WATCHED = timedelta(minutes=30)  # the page asks, after 90 s, whether somebody is there: slow is not gone


@dataclass(frozen=True)
class Door:
    """The way by which somebody came in. name, words: its addresses; kiosk: the device, its place; target:
    the structure asked.
    """

    survey: Survey
    name: str
    words: tuple[str, ...]
    channel: str
    kiosk: Surveyor | None = None
    place: int | None = None
    target: Target | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"enquete-{self.survey.pk}" + (f"-{self.target.pk}" if self.target else "")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the survey is asked today, its own first."""
        return tuple(load(_version(self, None).definition).languages)

    def to(self, what: str = "", *words: object) -> str:
        """Return one of its addresses."""
        return reverse(self.name + what, args=[*self.words, *words])


@dataclass
class Draft:
    """Answers in progress, as the session stores them. watched: the page watches for silence, and clears
    itself.
    """

    uid: str
    version: int
    language: str
    begun: str
    at: str
    values: dict[str, str] = field(default_factory=dict)
    watched: bool = False


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the door of a survey that is open to all, or that this kiosk asks; for others it does
    not exist.
    """

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, slug: str, *words: Any, **more: Any) -> HttpResponse:
        survey = Survey.objects.filter(slug=slug).first()
        if survey is None or survey.state == "draft":
            raise Http404
        kiosk = _kiosk(request, survey)
        if kiosk is None and not survey.by_link and survey.state != "closed":
            raise Http404
        place = request.session[KIOSK].get("place") if kiosk else None
        channel = "kiosk" if kiosk else "link"
        door = Door(survey, "survey_alone", (slug,), channel, kiosk=kiosk, place=place)
        return view(request, door, *words, **more) if takes(request, door) else over(request, survey)

    return answer


def _kiosk(request: HttpRequest, survey: Survey) -> Surveyor | None:
    kiosk_session = request.session.get(KIOSK) or {}
    return (
        Surveyor.objects.filter(
            Q(pk=kiosk_session.get("surveyor")), survey=survey, kiosk=True, closed_at=None
        ).first()
        if kiosk_session
        else None
    )


def is_open(survey: Survey) -> bool:
    """Return True if a survey takes answers today."""
    on = timezone.localdate()
    begun = survey.opens_on is None or survey.opens_on <= on
    return survey.state == "open" and begun and (survey.closes_on is None or on <= survey.closes_on)


def takes(request: HttpRequest, door: Door) -> bool:
    """Return True if somebody may answer: while the survey is open, and long enough after to end what was
    begun, and be thanked.
    """
    if is_open(door.survey):
        return True
    draft = _draft(request, door)
    begun = draft is not None and timezone.now() - datetime.fromisoformat(draft.begun) < FINISHING
    return begun or (request.method != "POST" and request.path == door.to("_thanks"))


def over(request: HttpRequest, survey: Survey) -> HttpResponse:
    """Say that a survey takes nothing; and where its results are, once they are published."""
    published = Publication.objects.filter(survey=survey, withdrawn_at=None).exists()
    context = {"read": reverse("survey_results", args=[survey.slug]) if published else ""}
    return render(request, "surveys/alone/over.html", context, status=410)


# ------------------------------------------------------------------------------------------------------ draft


def _draft(request: HttpRequest, door: Door) -> Draft | None:
    """Return the draft of this browser; on a kiosk, None if it was left for too long."""
    draft_fields = request.session.get(door.key)
    try:
        draft = Draft(**draft_fields) if draft_fields else None
        at = datetime.fromisoformat(draft.at) if draft else timezone.now()
    except (TypeError, ValueError):
        return None
    if draft and door.kiosk is not None and timezone.now() - at > (WATCHED if draft.watched else SILENCE):
        request.session.pop(door.key, None)
        return None
    return draft


def _hold(request: HttpRequest, door: Door, draft: Draft) -> None:
    draft.at = timezone.now().isoformat()
    request.session[door.key] = vars(draft).copy()


def _version(door: Door, draft: Draft | None) -> Version:
    versions = list(door.survey.versions.all())
    return next((each for each in versions if draft and each.number == draft.version), versions[0])


@dataclass(frozen=True)
class Asking:
    """A questionnaire being answered: its screens, and what counts of the answers."""

    door: Door
    draft: Draft
    form: Questionnaire
    screens: list[screens.Screen]
    done: Completed

    @property
    def open_screens(self) -> list[int]:
        """Return the numbers of the screens that ask, or tell, something."""
        visible = set(self.done.visible)
        return [
            n for n, screen in enumerate(self.screens, 1) if visible & {item.name for item in screen.items}
        ]

    @property
    def faults(self) -> dict[str, str]:
        """Return the faults, by question. Two choices of one rank fit no other words than how to
        rank.
        """
        fault_by_name = {fault.name: fault.what for fault in self.done.faults}
        return {
            each.name: how(each)
            if each.kind == "rank" and "=" in self.draft.values.get(each.name, "")
            else fault_by_name[each.name]
            for each in self.form.questions()
            if each.name in fault_by_name
        }

    def after(self, number: int) -> int | None:
        return next((n for n in self.open_screens if n > number), None)

    def before(self, number: int) -> int | None:
        return next((n for n in reversed(self.open_screens) if n < number), None)


def _asking(door: Door, draft: Draft) -> Asking:
    """Return where somebody stands; from now on their own language is spoken: « ne sait pas » and what
    does not fit are said in it.
    """
    languages.speak(_spoken(draft.language))
    form = load(_version(door, draft).definition)
    done = complete(form, draft.values, timezone.localdate(), language=draft.language)
    return Asking(door, draft, form, screens.cut(form), done)


def _spoken(language: str) -> str:
    """Return the language of our own sentences beside questions asked in a language: that one, French when
    we do not speak it.
    """
    return language if language in languages.LANGUAGES else languages.FRENCH


def _preferred(request: HttpRequest, offered: Sequence[str]) -> str:
    """Return the language in which a questionnaire opens: the one chosen on a page before, else the first
    that the browser asks for, among those offered; else its own.
    """
    chosen = request.GET.get("lang") or request.COOKIES.get("langue", "")
    header = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    codes = (chosen, *(code.partition("-")[0] for code, _ in header))
    return next((code for code in codes if code in offered), offered[0])


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], language: str, *, status: int = 200
) -> HttpResponse:
    """Answer in the language of the questionnaire, as far as our own sentences have one."""
    code = _spoken(language)
    # A page that has other languages never says that it exists only in French.
    if not vars(request)["language"].is_french and len(context["door"].languages) > 1:
        vars(request)["language"] = languages.LANGUAGES[code]
    # `language` is a name that `site/base.html` takes for the whole page.
    context |= {"language_code": language, "direction": languages.LANGUAGES[code].direction}
    with translation.override(code), languages.speaking(code):
        response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Content-Language"] = language
    return response


# ---------------------------------------------------------------------------------------------------- screens


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, door: Door) -> HttpResponse:
    """First page of a survey: its subject, the languages, and the way in."""
    draft = _draft(request, door)
    form = load(_version(door, draft).definition)
    requested_language = (
        request.POST.get("langue") or request.GET.get("langue") or (draft.language if draft else "")
    )
    is_offered = requested_language in form.languages
    language = requested_language if is_offered else _preferred(request, form.languages)
    if door.target is not None and door.target.answer_id is not None:
        return _render(request, "surveys/alone/thanks.html", {"door": door, "already": True}, language)
    if request.method == "POST":
        return _start(request, door, draft, language)
    context = {
        "door": door,
        "draft": draft,
        "n": sum(len(each.names) for each in screens.cut(form)),
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in form.languages],
        "again": draft is not None and bool(draft.values.keys() - door.known.keys()),
    }
    return _render(request, "surveys/alone/opening.html", context, language)


def _start(request: HttpRequest, door: Door, draft: Draft | None, language: str) -> HttpResponse:
    """Begin, go on in another language, or begin again."""
    if count(request, "enquetes-commencees") > STARTED_AN_HOUR:
        return render(request, "429.html", status=429)
    if draft is None or "recommencer" in request.POST:
        at = timezone.now().isoformat()
        uid = str(
            uuid.uuid5(uuid.NAMESPACE_OID, f"maillage-cible-{door.target.pk}")
            if door.target
            else uuid.uuid4()
        )
        number = _version(door, None).number
        draft = Draft(uid=uid, version=number, language=language, begun=at, at=at, values=dict(door.known))
    draft.language, draft.watched = language, "veille" in request.POST
    _hold(request, door, draft)
    if request.POST.get("recommencer") == "accueil":
        request.session.pop(door.key, None)
        return redirect(door.to())
    asking = _asking(door, draft)
    resumed = next(
        (n for n in asking.open_screens if not set(asking.screens[n - 1].names) & draft.values.keys()), None
    )
    go_on = resumed if resumed and "recommencer" not in request.POST and not door.target else None
    return _go(door, go_on or asking.after(0))


def _go(door: Door, number: int | None) -> HttpResponseRedirect:
    return redirect(door.to("_page", number) if number else door.to("_review"))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, door: Door, number: int) -> HttpResponse:
    """One screen: what it asks, and the way on."""
    draft = _draft(request, door)
    if draft is None:
        return redirect(door.to())
    asking = _asking(door, draft)
    if number not in asking.open_screens:
        return _go(door, asking.after(number))
    screen, faults = asking.screens[number - 1], {}
    if request.method == "POST":
        typed = forms.read(asking.form, screen, request.POST, asking.done.visible)
        draft.values = {name: value for name, value in {**draft.values, **typed}.items() if value}
        _hold(request, door, draft)
        asking = _asking(door, draft)
        faults = {name: what for name, what in asking.faults.items() if name in typed}
        if "retour" in request.POST:
            before = asking.before(number)
            return redirect(door.to("_page", before) if before else door.to())
        if not faults:
            return (
                redirect(door.to("_review"))
                if request.POST.get("relire")
                else _go(door, asking.after(number))
            )
    visible, on = set(asking.done.visible), timezone.localdate()
    open_screens = asking.open_screens
    context = {
        "door": door,
        "screen": screen,
        "title": text_in(screen.title, draft.language),
        "questions": [
            screens.question_page(
                asking.form,
                item,
                draft.values,
                language=draft.language,
                on=on,
                fault=faults.get(item.name, ""),
            )
            for item in screen.items
            if item.name in visible or item.kind == "note"
        ],
        "faults": faults,
        "step": open_screens.index(number) + 1 if number in open_screens else 1,
        "steps": len(open_screens),
        "review": request.GET.get("relire") or request.POST.get("relire"),
    }
    return _render(request, "surveys/alone/page.html", context, draft.language, status=400 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, door: Door) -> HttpResponse:
    """Answers to read again, correct, and send."""
    draft = _draft(request, door)
    if draft is None:
        return redirect(door.to())
    asking = _asking(door, draft)
    where = {name: n for n, screen in enumerate(asking.screens, 1) for name in screen.names}
    missing = {name: what for name, what in asking.faults.items() if name in where}
    if request.method == "POST" and not missing and asking.done.values:
        return _send(request, asking)
    rows = [
        {
            "label": spaced(text_in(question.label, draft.language)),
            "answer": screens.in_words(
                asking.form, question, asking.done.values.get(question.name, ""), draft.language
            ),
            "page": where[question.name],
            "fault": missing.get(question.name, ""),
        }
        for question in asking.form.questions()
        if question.name in asking.done.visible and question.name in where
    ]
    context = {
        "door": door,
        "rows": rows,
        "missing": missing,
        "empty": not asking.done.values,
        "last": asking.before(10**6),
    }
    return _render(
        request,
        "surveys/alone/review.html",
        context,
        draft.language,
        status=400 if request.method == "POST" else 200,
    )


def _send(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Keep the answer once, however often it is sent, then forget it here."""
    door, draft, at = asking.door, asking.draft, timezone.now()
    if door.kiosk is not None:
        too_many = count_of(f"device-{door.kiosk.pk}", "enquetes-envois") > rules.SENDINGS_AN_HOUR
    else:
        too_many = count(request, "enquetes-seul") > SENT_AN_HOUR
    if too_many:
        return render(request, "429.html", status=429)
    sent = rules.Sent(
        uid=uuid.UUID(draft.uid),
        version=draft.version,
        channel=door.channel,
        values=dict(asking.done.values),
        place=door.place,
        language=draft.language[:8],
        begun_at=datetime.fromisoformat(draft.begun),
        ended_at=at,
    )
    done = receive(door.survey, [sent], at=at, surveyor=door.kiosk)
    if sent.uid in done.refused:  # a structure's answers have one number: a colleague's came first
        words = {"door": door, "already": True, "late": True}
        return _render(request, "surveys/alone/thanks.html", words, draft.language, status=409)
    if door.target is not None:
        targets.answered(door.target, uid=sent.uid, at=at)
    request.session.pop(door.key, None)
    request.session[f"{door.key}-merci"] = draft.language
    return redirect(door.to("_thanks"))


@require_http_methods(["GET", "HEAD"])
def thanks(request: HttpRequest, door: Door) -> HttpResponse:
    """Thank you, it is sent."""
    language = request.session.get(f"{door.key}-merci")
    if language is None:
        return redirect(door.to())
    return _render(request, "surveys/alone/thanks.html", {"door": door, "already": False}, language)


# ------------------------------------------------------------------------------------------------------ kiosk


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """Make this browser a kiosk of a survey: its link opens nothing else."""
    surveyor = access.surveyor_of(token)
    if surveyor is None or not surveyor.kiosk or surveyor.closed_at is not None:
        if count(request, "enquetes-liens") > rules.LINKS_AN_HOUR:
            return render(request, "429.html", status=429)
        raise Http404
    if not is_open(surveyor.survey):
        return over(request, surveyor.survey)
    places = list(surveyor.survey.places.all())
    if request.method == "POST":
        place_number = whole_number(request.POST.get("lieu", ""), ROWS)
        request.session[KIOSK] = {
            "surveyor": surveyor.pk,
            "place": place_number if place_number in {each.pk for each in places} else None,
        }
        request.session.pop(f"enquete-{surveyor.survey.pk}", None)
        return redirect("survey_alone", surveyor.survey.slug)
    return render(
        request,
        "surveys/alone/kiosk.html",
        {"survey": surveyor.survey, "surveyor": surveyor, "places": places},
    )


link_opening, link_page = by_link(opening), by_link(page)
link_review, link_thanks = by_link(review), by_link(thanks)
