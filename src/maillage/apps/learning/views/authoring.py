"""For whoever writes modules without programming: the list, the steps, the texts, the drawings, the
versions, the archives.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.memberships.access import FRANCE
from maillage.apps.learning import access, rules
from maillage.apps.learning.actions import authoring as actions
from maillage.apps.learning.forms import authoring as forms
from maillage.apps.learning.forms.steps import StepForm
from maillage.apps.learning.queries import authoring as queries
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.modules import archive as module_archive
from maillage.modules import authoring, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules.archive import Imported
from maillage.modules.authoring import Changed, Copy
from maillage.modules.format import Module
from maillage.modules.steps import STEP_PATTERNS
from maillage.modules.translations import Translation
from maillage.publishing.page import drawings
from maillage.web import refusals
from maillage.words.languages import LANGUAGES

MOST_TITLE = 60


@holding(access.EDIT, access.WRITE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The modules of a territory or of a structure, those of ours that may be adapted, what is wrong."""
    return _index(request)


def _index(request: HttpRequest, imported: Imported | None = None, status: int = 200) -> HttpResponse:
    copies = queries.copies()
    territory = access.written_for(request)
    link = f"{reverse('learning')}?{access.TERRITORY}={territory}" if territory not in ("", FRANCE) else ""
    taken = {copy.id for copy in copies}
    context = {
        "rows": [(copy, forms.fault_texts(copy), contents.translations_of(copy.id)) for copy in copies],
        "translation_faults": queries.translation_faults(),
        "themes": [
            (label, [(each, contents.translations_of(each.id)) for each in modules])
            for label, modules in queries.adaptable(taken)
        ],
        "imported": imported,
        "territory": territory,
        "shared": request.build_absolute_uri(link) if link else "",
        "territories": [(each, access.name_of(each)) for each in access.scopes_of(request.user)],
        "structure": access.scope_structure(territory),
        "nearby": _nearby(territory),
        "languages_of": _codes(),
    }
    return render(request, "learning/authoring/index.html", context, status=status)


def _nearby(territory: str) -> list[tuple[str, str, list[Module]]]:
    """Return the modules of each structure of a territory: scope, name, modules; [] for a structure."""
    if not territory or rules.structure_of(territory) is not None:
        return []
    inside = access.scopes_inside(territory, contents.writing())
    modules_by_structure = [
        (scope, row.name, [*contents.modules_of_structure(scope).values()]) for scope, row in inside
    ]
    return [each for each in modules_by_structure if each[2]]


@holding(access.EDIT, access.WRITE)
@require_POST
def territory(request: HttpRequest) -> HttpResponse:
    """Choose the territory or the structure for which one writes, for whoever writes for several."""
    chosen = request.POST.get("territoire", "")
    if not access.may_write(request.user, chosen):
        raise Http404
    request.session[access.TERRITORY] = chosen
    return redirect("modules_edit")


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a module: its title, and the module whose other texts it takes first, or none."""
    title = " ".join(request.POST.get("titre", "").split())[:MOST_TITLE]
    header, theme = request.POST.get("en_tete", ""), request.POST.get("theme", "")
    if request.method == "POST":
        with refusals.as_message(request):
            copy = actions.begin(title, header, theme, by=account_of(request), at=timezone.now())
            return redirect("module_add", copy.id)
    context = {
        "titre": title,
        "en_tete": header,
        "theme": theme,
        "themes": contents.themes(),
        "alone": queries.THEMES_ALONE,
    }
    return render(
        request, "learning/authoring/new.html", context, status=400 if request.method == "POST" else 200
    )


@holding(access.EDIT, access.WRITE)
@require_POST
def import_(request: HttpRequest) -> HttpResponse:
    """Modules carried from elsewhere: what was kept, and what was not."""
    file = request.FILES.get("archive")
    with refusals.as_message(request):
        if file is None or (file.size or 0) > module_archive.MOST_BYTES:
            raise Refused(
                "Aucun module n’a été importé.",
                why="Il manque l’archive, ou elle dépasse 4 Mo.",
                do="Choisissez un fichier .zip fait par « Télécharger ».",
            )
        done = actions.import_archive(file.read(), by=account_of(request), at=timezone.now())
        return _index(request, done, 200 if not done.bad else 400)
    return _index(request, status=400)


@holding(access.EDIT, access.WRITE)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The archive of the modules of those for whom one writes."""
    return _archive(request, [], "modules-du-territoire.zip")


@holding(access.EDIT, access.WRITE)
@require_safe
def export_one(request: HttpRequest, id: str) -> HttpResponse:
    """The archive of one module, theirs or ours."""
    return _archive(request, [id], f"module-{id}.zip")


def _archive(request: HttpRequest, ids: list[str], name: str) -> HttpResponse:
    try:
        folders = module_archive.folders_of(ids, contents.root())
    except Refused as error:
        raise Http404 from error
    answer = HttpResponse(module_archive.export(folders), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@holding(access.EDIT, access.WRITE)
@require_POST
def adapt(request: HttpRequest, id: str) -> HttpResponse:
    """Copy one of ours into the folder of those for whom one writes."""
    if id not in module_reading.files():
        raise Http404
    with refusals.as_message(request):
        copy = actions.adapt(id, by=account_of(request), at=timezone.now())
        messages.success(
            request, f"« {copy.title} » est à vous : changez ce que vous voulez. Le nôtre reste à part."
        )
    return redirect("module_edit", id)


@holding(access.EDIT, access.WRITE)
@require_safe
def edit(request: HttpRequest, id: str) -> HttpResponse:
    """A module: its parts, the order of its steps, its languages, its versions."""
    copy = _copy(id)
    context = {
        "copy": copy,
        "wrong": forms.fault_texts(copy),
        "unknown_neighbours": forms.unknown_neighbours(copy),
        "steps": queries.lines(copy),
        "number": authoring.split(copy.folder)[0],
        "parts": [(part, queries.PARTS[part]) for part in queries.parts(copy) if part in queries.PARTS],
        "languages": queries.languages(id) if contents.module(id) else [],
        "languages_of": _codes(),
        "versions": [
            path.name
            for path in authoring.before(copy.folder)
            if path.name.endswith(f"-{module_reading.FILE}")
        ],
        "ours": id in module_reading.files(),
        "most": authoring.MOST_STEPS,
    }
    return render(request, "learning/authoring/edit.html", context)


@holding(access.EDIT, access.WRITE)
@require_POST
def act(request: HttpRequest, id: str) -> HttpResponse:
    """A gesture on a module: a step moved or taken out, a version put back, a draft left."""
    copy, by, at = _copy(id), account_of(request), timezone.now()
    gesture, _, which = request.POST.get("geste", "").partition(":")
    read, step = request.POST.get("lu", ""), (whole_number(which) or 0) - 1
    with refusals.as_message(request):
        if gesture in ("monter", "descendre"):
            to = -1 if gesture == "monter" else 1
            moved = actions.move(copy, step, to, read=read, by=by, at=at)
            _tell(request, moved)
            return _to_step(id, step + to + 1)
        if gesture == "retirer":
            _tell(request, actions.take_out(copy, step, read=read, by=by, at=at))
        elif gesture == "revenir":
            actions.undo(id, read=read, name=which, by=by, at=at)
            messages.success(
                request, "La version d’avant est revenue. Celle que vous quittez est gardée aussi."
            )
        elif gesture == "laisser":
            if not actions.drop_draft(id, read=read, by=by, at=at):
                messages.success(request, "Le brouillon est laissé. Rien n’était encore montré.")
                return redirect("modules_edit")
            messages.success(
                request,
                "Le brouillon est laissé. Les apprenants voient toujours la dernière version entière.",
            )
    return redirect("module_edit", id)


def _to_step(id: str, step: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('module_edit', args=[id])}#etape-{step}")


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, id: str) -> HttpResponse:
    """Choose steps of any module, to put at the end of this one."""
    copy = _copy(id)
    if request.method == "POST":
        chosen = [
            (of, number - 1)
            for each in request.POST.getlist("etape")
            for of, number in [_chosen(each)]
            if number
        ]
        with refusals.as_message(request):
            _tell(
                request,
                actions.add(
                    copy, chosen, read=request.POST.get("lu", ""), by=account_of(request), at=timezone.now()
                ),
            )
            return redirect("module_edit", id)
    source = contents.module(request.GET.get("de", ""))
    context: dict[str, object] = {"copy": copy, "source": source, "themes": contents.themes()}
    context |= {"natures": module_format.NATURES, "kinds": module_format.LABEL_BY_KIND}
    context["patterns"] = STEP_PATTERNS
    return render(
        request, "learning/authoring/add.html", context, status=400 if request.method == "POST" else 200
    )


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_step(request: HttpRequest, id: str, pattern: str) -> HttpResponse:
    """Write a step from a pattern, to put at the end of a module."""
    copy = _copy(id)
    if pattern not in STEP_PATTERNS or copy.content is None:
        raise Http404
    form = StepForm(pattern, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals.as_message(request):
            extended = actions.write_step(
                copy,
                form.made,
                read=request.POST.get("lu", ""),
                by=account_of(request),
                at=timezone.now(),
            )
            _tell(request, extended)
            return _to_step(id, len(extended.steps))
    context = {"copy": copy, "form": form, "pattern": pattern, "label": STEP_PATTERNS[pattern]}
    return render(
        request,
        "learning/authoring/new_step.html",
        context,
        status=400 if request.method == "POST" else 200,
    )


@holding(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, id: str) -> HttpResponse:
    """Read the module of a structure, and take it for the whole territory."""
    scope = request.POST.get("de", "") or request.GET.get("de", "")
    nearby = {
        structure_scope: (name, modules)
        for structure_scope, name, modules in _nearby(access.written_for(request))
    }
    name, modules = nearby.get(scope, ("", []))
    module = next((structure_scope for structure_scope in modules if structure_scope.id == id), None)
    if module is None:
        raise Http404
    if request.method == "POST":
        with refusals.as_message(request):
            actions.take(scope, id, by=account_of(request), at=timezone.now())
            messages.success(
                request,
                f"« {module.title} » est aussi dans vos modules : tout le territoire le voit. Le sien reste à"
                f" {name}.",
            )
        return redirect("modules_edit")
    context = {"module": module, "name": name, "scope": scope, "there": queries.copy(id) is not None}
    context["parts"] = queries.reading(module)
    return render(request, "learning/authoring/take.html", context)


def _chosen(text: str) -> tuple[str, int]:
    id, _, number = text.rpartition(":")
    return id, whole_number(number) or 0


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, id: str, part: str) -> HttpResponse:
    """The texts of a part of a module, as a form."""
    copy = _copy(id)
    if part not in queries.parts(copy):
        if request.method == "POST":
            return _not_there(request, id)
        raise Http404
    typed = (
        {name: "\n".join(request.POST.getlist(name)) for name in request.POST}
        if request.method == "POST"
        else None
    )
    status = 200
    if typed is not None:
        try:
            content = forms.applied(copy, part, typed)
        except forms.UNREAD:
            return _not_read(request, id)
        redirection = _saved(request, copy, part, content)
        if redirection is not None:
            return redirection
        copy, status = _copy(id), 409
        if part not in queries.parts(copy):
            return _not_there(request, id)
    try:
        sections = forms.sections(copy, part, typed if status == 409 else None)
    except forms.UNREAD:
        return _not_read(request, id)
    known = queries.parts(copy)
    place = known.index(part)
    context = {
        "copy": copy,
        "part": part,
        "title": queries.part_title(part),
        "sections": sections,
        "heading": copy.steps[int(part) - 1].get("titre", "") if part.isdecimal() else "",
        "wrong": [w for w in forms.fault_texts(copy) if w.part == part],
        "before": known[place - 1] if place else "",
        "after": known[place + 1] if place + 1 < len(known) else "",
        "changed": status == 409,
        "drawn": queries.drawn(),
        "drawing_free": next(
            (module_reading.place_text(p) for p in queries.free(copy) if queries.stands_in(p, part)), ""
        ),
    }
    return render(request, "learning/authoring/part.html", context, status=status)


def _not_there(request: HttpRequest, id: str) -> HttpResponse:
    messages.error(request, "Cette partie n’est plus là : quelqu’un a changé ce module. Rien n’a été écrit.")
    return redirect("module_edit", id)


def _not_read(request: HttpRequest, id: str) -> HttpResponse:
    messages.error(
        request,
        "Cette partie ne peut pas être modifiée ici. Corrigez le fichier à la main, ou revenez à la "
        "version d’avant.",
    )
    return redirect("module_edit", id)


def _saved(request: HttpRequest, copy: Copy, part: str, content: dict[str, Any]) -> HttpResponse | None:
    """Write what was changed, and return where to go; None when somebody wrote in between."""
    by, at, read = account_of(request), timezone.now(), request.POST.get("lu", "")
    try:
        saved = copy
        if content != copy.content or read != copy.read:
            saved = actions.save(copy, content, read=read, by=by, at=at)
            _tell(request, saved)
        if drawing_text := request.POST.get("dessin", ""):
            return redirect(f"{reverse('module_drawing', args=[copy.id])}?{urlencode({'ou': drawing_text})}")
        if drawing_text := request.POST.get("oter", ""):
            place = queries.place_of(saved, drawing_text)
            if place is not None:
                _tell(request, actions.draw(saved, place, "", read=saved.read, by=by, at=at))
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
        if isinstance(error, Changed):
            return None
    return redirect("module_part", copy.id, part)


@holding(access.EDIT, access.WRITE)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]  # csp knows views without parameters
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """A step as a learner would see it, beside the form of its texts: nothing that is done there counts."""
    step_page = queries.look(_copy(id), number, request.GET.get("ecran", ""))
    if step_page is None:
        return render(request, "learning/authoring/unseen.html", {"number": number})
    context = {
        "step_page": step_page,
        "module": step_page.module,
        "step": step_page.step,
        "exercise": step_page.exercise,
        **contents.tried(step_page, dict(request.POST.lists()) if request.method == "POST" else None),
    }
    return render(request, "learning/authoring/look.html", context)


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def drawing(request: HttpRequest, id: str) -> HttpResponse:
    """Choose a drawing among their pictures."""
    copy = _copy(id)
    place_text = request.GET.get("ou", "")
    place = queries.place_of(copy, place_text)
    if place is None:
        raise Http404
    if request.method == "POST":
        name, read = request.POST.get("dessin", ""), request.POST.get("lu", "")
        with refusals.as_message(request):
            _tell(
                request, actions.draw(copy, place, name, read=read, by=account_of(request), at=timezone.now())
            )
        return redirect("module_part", id, queries.part_of(place))
    now = next((name for where, name in module_texts.drawn(copy.content or {}) if where == place), "")
    context = {
        "copy": copy,
        "place_text": place_text,
        "now": now,
        "names": drawings.names(),
        "part": queries.part_of(place),
    }
    return render(request, "learning/authoring/drawing.html", context)


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, id: str) -> HttpResponse:
    """Take a module away, once it is confirmed."""
    copy = _copy(id)
    if request.method == "POST":
        with refusals.as_message(request):
            actions.remove(id, by=account_of(request), at=timezone.now())
            messages.success(
                request, f"« {copy.title} » est supprimé. Son dossier est gardé à part, avec ses versions."
            )
        return redirect("modules_edit")
    return render(
        request, "learning/authoring/remove.html", {"copy": copy, "ours": id in module_reading.files()}
    )


# ----------------------------------------------------------------------------------------------- translations


@holding(access.EDIT, access.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest, id: str, code: str) -> HttpResponse:
    """The sentences of a part of a module, each beside its translation, with what is missing and what
    changed.
    """
    source = contents.source(id)
    if source is None or code not in translations.NAMES:
        raise Http404
    known, read = authoring.translation(contents.root(), id, code)
    lines = translations.lines(source, known)
    parts = _parts_of(lines)
    part = request.GET.get("partie", "")
    part = part if part in parts else next(iter(parts))
    status, typed = 200, None
    if request.method == "POST":
        typed = request.POST
        translation = forms.translated(known or Translation(code, {}, {}), parts[part], typed)
        try:
            actions.translate(
                id, translation, read=typed.get("lu", ""), by=account_of(request), at=timezone.now()
            )
            messages.success(request, "C’est gardé. Les apprenants le voient.")
            return redirect(f"{reverse('module_language', args=[id, code])}?{urlencode({'partie': part})}")
        except Refused as error:
            messages.error(request, " ".join(error.sentences))
            status = 409 if isinstance(error, Changed) else 400
    context = {
        **{
            "id": id,
            "title": source.get("titre", id),
            "code": code,
            "name": translations.name(code),
            "read": read,
        },
        "direction": translations.direction(code),
        "groups": forms.rows(source, parts[part], typed),
        "heading": _heading(source, part),
        "number": part.removeprefix("etapes ") if part.startswith("etapes ") else "",
        "part": part,
        "parts": [
            (key, forms.part_title(key), sum(line.state != "done" for line in inside))
            for key, inside in parts.items()
        ],
        "done": sum(line.state == "done" for line in lines),
        "total": len(lines),
        "authors": typed.get("traducteurs", "") if typed else "\n".join(known.authors if known else ()),
    }
    return render(request, "learning/authoring/language.html", context, status=status)


def _heading(source: Mapping[str, Any], part: str) -> str:
    """Return the title of the step of a part, '' for another part."""
    number = whole_number(part.removeprefix("etapes ")) if part.startswith("etapes ") else None
    return str(source["etapes"][number - 1]["titre"]) if number else ""


def _parts_of(lines: list[translations.Line]) -> dict[str, list[translations.Line]]:
    parts: dict[str, list[translations.Line]] = {}
    for line in lines:
        parts.setdefault(forms.part_label(line.place), []).append(line)
    return parts


@holding(access.EDIT, access.WRITE)
@require_POST
def languages(request: HttpRequest, id: str = "") -> HttpResponse:
    """Go to a language of a module, there already or not."""
    id, code = id or request.POST.get("module", ""), request.POST.get("langue", "")
    if contents.source(id) is None or code not in translations.NAMES:
        raise Http404
    return redirect("module_language", id, code)


def _codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the languages that one may translate into: those of the platform, then the others."""
    named = [(code, translations.name(code)) for code in translations.codes()]
    platform_languages = [each for each in named if each[0] in LANGUAGES]
    return [
        ("Langues de la plateforme", platform_languages),
        ("Autres langues", named[len(platform_languages) :]),
    ]


# ------------------------------------------------------------------------------------------------------------


def _copy(id: str) -> Copy:
    copy = queries.copy(id)
    if copy is None:
        raise Http404
    return copy


def _tell(request: HttpRequest, copy: Copy) -> None:
    """Add a message: whether learners see the new version."""
    n = len(copy.faults)
    if copy.draft:
        display_text = (
            "Les apprenants voient toujours la version d’avant."
            if copy.is_published
            else "Les apprenants ne le voient pas encore."
        )
        messages.warning(
            request, f"Gardé en brouillon : il reste {n} faute{'s' if n > 1 else ''}. {display_text}"
        )
    else:
        messages.success(request, "Enregistré. Les apprenants le voient.")
