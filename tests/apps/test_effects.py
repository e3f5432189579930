"""Measured effects of an action against its target, and the tasks that meetings assigned to it."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.apps.community.models import Decision, Meeting
from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.models import PlanAction, PlanMeasure, PlanTask
from maillage.apps.steering.plans.queries import overview
from maillage.apps.steering.plans.queries.effects import offered
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.publishing.page import html
from maillage.publishing.plan import document
from maillage.publishing.plan.reading import plan_json
from maillage.publishing.territory.subject import Subject
from maillage.reference.plan_frames import frames
from maillage.words.dates import in_words
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def lea(home):
    return account("lea", "coordination", territory="38")


@pytest.fixture
def row(lea):
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    actions.publish(plan, is_public=True, by=lea, at=AT)
    action = plan.actions.get(number=7)
    action.indicator, action.baseline, action.target = "Personnes venues", 12, 60
    action.starts_on = date(2026, 3, 1)
    action.save()
    return action


def page_of(client, row) -> str:
    return client.get(f"/territoires/{PLACE}/plan/actions/{row.pk}/").content.decode().replace("\xa0", " ")


TO_SIXTY = " ; encore 19 de plus pour arriver à 60, le nombre visé"


def send(client, row, **sent):
    return client.post(f"/espace/territoires/{PLACE}/plan/{row.pk}/geste/", sent, follow=True)


def test_a_number_stands_beside_what_was_expected_and_everybody_reads_it(client, lea, row):
    client.force_login(lea)
    today = date.today()
    for days, value in ((40, 20), (2, 41)):
        on = (today - timedelta(days=days)).isoformat()
        send(client, row, geste="mesure", on=on, value=value, source="Feuille d’accueil, CCAS")
    client.logout()
    page = page_of(client, row)
    assert f"De 12 au départ à 41 : 29 de plus{TO_SIXTY}." in page
    assert "rien ne dit que l’action en est la cause" in page
    first, last = (in_words(today - timedelta(days=n)) for n in (40, 2))
    days = f"{first} : un nombre masqué ; {last} : 41"
    label = re.findall('aria-label="Personnes venues([^"]*)', page)[0].replace("\xa0", " ")
    assert days in label, "French days, not those of files"
    assert re.findall(r'class="valeur"[^>]*>([^<]+)<', page)[-1] == "41"
    assert "Noter ce nombre" not in page
    for prompt in ("écrivez la première décision", "Ajoutez-en", "notez-le"):
        assert prompt not in page, "nobody is asked what they may not do"


def test_the_start_is_drawn_on_its_day_unless_a_number_comes_before(client, lea, row):
    """Un nombre compté avant le début : le départ prévu plus tard n’est pas tracé comme un jour vécu."""
    client.force_login(lea)
    send(client, row, geste="mesure", on="2026-05-01", value=20, source="CCAS")
    assert "1er mars 2026 : 12" in page_of(client, row)
    row.starts_on = date(2026, 6, 1)
    row.save()
    assert "2026-06-01 : 12" not in page_of(client, row)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"on": "2999-01-01", "value": "3", "source": "CCAS"}, "Ce jour n’est pas encore venu."),
        ({"on": "2026-05-01", "value": "", "source": "CCAS"}, "Il manque le nombre compté."),
        ({"on": "2026-05-01", "value": "3", "source": ""}, "Il manque qui a compté."),
    ],
)
def test_a_number_without_a_day_or_a_source_is_refused(client, lea, row, sent, why):
    client.force_login(lea)
    assert why in send(client, row, geste="mesure", **sent).content.decode()
    assert not PlanMeasure.objects.exists()


def test_another_number_of_one_day_and_one_source_replaces_the_first_once_confirmed(client, lea, row):
    """41, puis 43 du même jour et du même registre : on lisait deux nombres ; deux périodes s’additionnaient."""
    client.force_login(lea)
    count(client, row, 30, 30)
    count(client, row, 2, 41)
    first = row.measures.get(value=41)
    for span, other in (("start", "43"), ("start", "39")):
        answer = count(client, row, 2, other, span=span)
        page = answer.content.decode().replace("\xa0", " ")
        assert answer.status_code == 400 and "41 est déjà noté le" in page and "de la même source" in page
        assert f'name="remplace" value="{first.pk}"' in page and "Remplacer 41 par ce nombre" in page
        assert f'value="{other}"' in page, "nothing typed is lost"
        assert page.index('value="mesure"') < page.index('value="remplacer-mesure"'), "Enter replaces nothing"
    assert row.measures.count() == 2
    assert 'name="remplace"' not in page_of(client, row)
    on = (date.today() - timedelta(days=2)).isoformat()
    sent = {"geste": "remplacer-mesure", "on": on, "value": 39, "source": "registre"}
    send(client, row, **sent, remplace=first.pk)
    first.refresh_from_db()
    assert first.withdrawn_at and [each.value for each in row.measures.filter(withdrawn_at=None)] == [30, 39]
    last = row.notes.order_by("pk").last()
    assert last.automatic and last.words.endswith(": remplacé.") and "39" not in last.words
    page = send(client, row, geste="oter-mesure", mesure=first.pk, etait="1").content.decode()
    assert "Du même jour et de la même source, 39 est noté." in page, "what was replaced does not come back"
    page = send(client, row, **(sent | {"value": 44}), remplace=first.pk).content.decode()
    assert "39 est déjà noté" in page.replace("\xa0", " "), "what another replaced meanwhile is asked about"
    assert not row.measures.filter(value=44).exists()
    count(client, row, 2, 45, elsewhere="Claix")
    send(client, row, geste="mesure", on=on, value=46, source="Agenda")
    assert row.measures.filter(withdrawn_at=None).count() == 4, "elsewhere, and another source, stand beside"


def test_two_periods_of_one_day_and_one_source_are_never_added_up_unsaid(client, lea, row):
    client.force_login(lea)
    count(client, row, 2, 12, span="period")
    page = count(client, row, 2, 13, span="period").content.decode().replace("\xa0", " ")
    assert "12 est déjà noté le" in page and "sinon, notez la somme des deux" in page
    assert [each.value for each in row.measures.all()] == [12]


def test_the_axis_of_what_was_counted_has_whole_ticks(client, lea, row):
    """53 comptés : l’axe écrivait « 0, 26,5, 53 » ordinateurs."""
    row.target = 40
    row.save()
    client.force_login(lea)
    count(client, row, 20, 15)
    count(client, row, 2, 53)
    drawn = page_of(client, row)
    assert ">60</text>" in drawn and ">30</text>" in drawn and "26,5" not in drawn


def test_of_two_numbers_of_one_day_the_last_noted_stands():
    day = date(2026, 11, 3)
    series = rules.series([rules.Count(day, 53), rules.Count(day, 51)], None)
    assert [value for _, value in series.points] == [53, 51]


def test_a_number_sent_twice_is_stored_once(client, lea, row):
    client.force_login(lea)
    measure_fields = {"geste": "mesure", "on": "2026-05-01", "value": 20, "source": "CCAS"}
    for more in ({}, {}, {"elsewhere": "Claix"}, {"value": 21, "on": "2026-05-02"}):
        send(client, row, **measure_fields | more)
    assert PlanMeasure.objects.count() == 3


def test_a_number_is_withdrawn_and_put_back(client, lea, row):
    client.force_login(lea)
    send(client, row, geste="mesure", on="2026-05-01", value=20, source="CCAS")
    measure = PlanMeasure.objects.get()
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    page = page_of(client, row)
    assert "Rien n’est encore compté" in page
    assert "Nombres retirés (1)" in page
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    assert "De 12 au départ à 20" in page_of(client, row)


def task(lea, words: str, commune: str) -> Decision:
    defaults = {"made_at": AT, "changed_at": AT, "token": words}
    meeting = Meeting.objects.create(title="Réunion", commune=commune, by=lea, **defaults)
    until = {"leads": "coordination", "until_on": date(2026, 12, 1), "token": words}
    return Decision.objects.create(meeting=meeting, words=words, by=lea, at=AT, **until)


def test_tasks_of_another_territory_are_neither_proposed_nor_linked(client, lea, row):
    """Le plan de Bourg-en-Bresse proposait les tâches d’une réunion de Grenoble."""
    far = task(lea, "Relire les fiches", "38185")
    near = task(lea, "Réserver la salle", PLACE)
    Decision.objects.filter(pk=far.pk).update(until_on=date(2026, 11, 25))
    assert offered(row, lea) == [near]
    client.force_login(lea)
    page = " ".join(page_of(client, row).split())
    assert "Relire les fiches" not in page and "Réserver la salle (Réunion)" in page
    send(client, row, geste="tache", tache=far.pk)
    assert not row.tasks.exists()


def test_meeting_task_is_linked_to_an_action_and_visible_to_the_team_alone(client, lea, row):
    own_task, other = task(lea, "Appeler la médiathèque", PLACE), task(lea, "Ailleurs", "59350")
    client.force_login(lea)
    page = page_of(client, row)
    assert "Appeler la médiathèque" in page and "Ailleurs" not in page
    refused = send(client, row, geste="tache", tache=other.pk)
    nobody = send(client, row, geste="tache", tache=10**6)
    assert (refused.status_code, nobody.status_code) == (400, 400)
    same = "La tâche n’a pas été reliée."
    for each in (refused, nobody):
        page_text = each.content.decode().replace("\xa0", " ")
        assert same in page_text and "Ailleurs" not in page_text
    send(client, row, geste="tache", tache=own_task.pk)
    assert PlanTask.objects.get().decision == own_task
    client.logout()
    assert "Appeler la médiathèque" not in page_of(client, row)
    client.force_login(lea)
    send(client, row, geste="oter-tache", tache=PlanTask.objects.get().pk)
    assert not PlanTask.objects.exists()
    assert Decision.objects.filter(pk=own_task.pk).exists(), "the meeting keeps its task"


def test_a_zone_without_the_action_stands_beside_with_its_limits(client, lea, row):
    client.force_login(lea)
    today = date.today()
    began = (today - row.starts_on).days
    for days, value, where in ((began, 10, "Le Pont-de-Claix"), (2, 22, "Le Pont-de-Claix"), (2, 41, "")):
        on = (today - timedelta(days=days)).isoformat()
        send(client, row, geste="mesure", on=on, value=value, source="Registre du CCAS", elsewhere=where)
    page = page_of(client, row)
    assert "De 12 au départ à 41" in page, "what is counted elsewhere is not counted here"
    assert "ici, de 12 à 41 (+29). Le Pont-de-Claix, sans l’action : de 10 à 22 (+12). Écart : +17." in page
    assert "Les zones peuvent être de tailles différentes" in page and "chaque compte a son hasard" in page
    assert "ne prouve pas l’effet de l’action" in page


def test_a_comparison_says_what_it_lacks():
    local_series = rules.Series([(date(2026, 11, 3), 41)])
    there = rules.Series([(date(2026, 1, 5), 10), (date(2026, 11, 2), 22)])
    one = rules.Series(there.points[:1])
    assert "Il en faut un avant et un après" in rules.comparison_sentence(None, local_series, "Claix", one)
    assert "rien ne se compare encore" in rules.comparison_sentence(None, local_series, "Claix", there)
    late = rules.comparison_sentence((date(2026, 6, 1), 12), local_series, "Claix", there)
    assert rules.NOT_THE_SAME_DAYS in late and "Écart" not in late


def test_what_moved_before_one_side_was_counted_is_no_difference_between_them():
    """De 0 à 41 ici depuis septembre, de 14 à 35 à côté depuis octobre : l’écart est +11, et non +20."""
    local_series = rules.Series([(date(2026, 10, 7), 9), (date(2026, 11, 6), 23), (date(2026, 11, 23), 41)])
    there = rules.Series([(date(2026, 10, 9), 14), (date(2026, 11, 20), 35), (date(2026, 12, 30), 60)])
    sentence = rules.comparison_sentence((date(2026, 9, 22), 0), local_series, "Sassenage", there)
    assert sentence.startswith(
        "Du 7 octobre 2026 au 23 novembre 2026, ici, de 9 à 41 (+32). Du 9 octobre 2026 au 20 novembre 2026,"
        " Sassenage, sans l’action : de 14 à 35 (+21). Écart : +11."
    )


# ------------------------------------------------------------------------------------- totals, and periods


def count(client, row, days: int, value: int, **more):
    on = (date.today() - timedelta(days=days)).isoformat()
    return send(client, row, geste="mesure", on=on, value=value, source="Registre", **more)


def test_counts_of_periods_are_summed_and_labelled(client, lea, row):
    client.force_login(lea)
    page = page_of(client, row)
    assert 'name="span" value="start"' in page and 'name="span" value="period"' in page
    assert re.search(r'name="span" value="start"[^>]*checked', page), "a total, when nobody says"
    for days, value, where in ((90, 20, ""), (30, 15, ""), (90, 14, "Claix"), (30, 12, "Claix")):
        count(client, row, days, value, span="period", elsewhere=where)
    count(client, row, 30, 15, span="start")
    assert row.measures.filter(value=15).count() == 2, "a total is not the count of a period"
    send(client, row, geste="oter-mesure", mesure=row.measures.get(value=15, span="start").pk)
    page = page_of(client, row)
    assert (
        "De 12 au départ à 47, 2 périodes additionnées : 35 de plus ; encore 13 de plus pour arriver à 60"
        in page
    )
    assert "ici, de 32 à 47 (+15), 2 périodes additionnées. Claix, sans l’action : de 14 à 26 (+12)," in page
    assert "pendant la période" in page
    assert ": 47" in re.findall(r'aria-label="Personnes venues[^"]*"', page)[0], "the line too"
    count(client, row, 2, 60)
    assert "De 12 au départ à 60 : 48 de plus" in page_of(client, row), "a total holds the periods before it"


@pytest.mark.parametrize(
    ("counts", "start", "least", "values", "added"),
    [
        ([(1, 9, "start"), (2, 4, "period")], 0, 0, [9, 13], 1),
        ([(1, 4, "period"), (2, 20, "start"), (3, 12, "period")], 0, 0, [4, 20, 32], 1),
        ([(2, 20, "start"), (2, 5, "period")], None, 0, [5, 20], 0),
        ([(1, 30, "period"), (2, 3, "period"), (3, 40, "period")], 12, 11, [42, None, None], 3),
        ([(1, 30, "period"), (2, 3, "period"), (3, 80, "start")], 12, 11, [42, None, 80], 0),
        ([(1, 3, "period"), (2, 4, "period")], 0, 11, [3, 7], 2),
        ([(1, 0, "period"), (2, 11, "period")], 12, 11, [12, 23], 2),
    ],
)
def test_what_is_known_after_each_count(counts, start, least, values, added):
    series = rules.series([rules.Count(date(2026, m, 1), n, span) for m, n, span in counts], start, least)
    assert ([value for _, value in series.points], series.added) == (values, added)


# ---------------------------------------------------------------------------------------- counts of people


def files_of(client, plan, study) -> str:
    """Return the public documents of a plan, as one text."""
    reading = overview.reading_of(PLACE)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=AT.date())
    plan_report = plan_of(PLACE, reading, on=AT.date())
    report = html.dossier(document.compose(subject, plan_report)).decode()
    table = client.get(f"/territoires/{PLACE}/plan/actions.csv").content.decode()
    return " ".join((report, table, json.dumps(plan_json(plan_report), ensure_ascii=False))).replace(
        "\xa0", " "
    )


@pytest.mark.parametrize("counts", ["people", "", "other"])
def test_a_small_count_of_people_is_read_by_the_team_alone(client, lea, row, study, counts):
    row.counts, row.baseline, row.indicator = counts, 7, "Venues du soir"
    row.save()
    client.force_login(lea)
    for days, value, where in ((40, 9, ""), (60, 8, "Claix"), (3, 30, "Claix")):
        count(client, row, days, value, elsewhere=where)
    team = page_of(client, row)
    protected = "De 1 à 10 personnes, votre équipe seule lit le nombre." in team
    assert protected is (counts != "other")
    assert "De 7 au départ à 9 : 2 de plus" in team and "<strong>9</strong>" in team
    assert "Claix, sans l’action : de 8 à 30 (+22)" in team
    client.logout()
    public, export_text = page_of(client, row), files_of(client, row.plan, study)
    if counts == "other":
        assert "De 7 au départ à 9 : 2 de plus" in public and "9, le " in export_text
        return
    assert "De moins de 11 au départ à moins de 11 ; le nombre visé est 60." in public
    assert "<strong>moins de 11</strong>" in public and "au départ : moins de 11" in public
    assert "Claix, sans l’action : de moins de 11 à 30." in public
    assert "Moins de 11 personnes y sont comptées : l’écart" in public
    for fragment in ("<strong>9</strong>", "<strong>8</strong>", "de plus, sur", "(+22)", "au départ : 7"):
        assert fragment not in public, fragment
    assert 'class="ligne"' not in public, "a line would tell them"
    assert "moins de 11, le " in export_text and '"baseline": "moins de 11"' in export_text
    assert ",moins de 11,60," in export_text, "the table too"
    assert "9, le " not in export_text and '"baseline": 7' not in export_text


def test_a_sum_that_would_tell_a_small_period_is_not_written(client, lea, row, study):
    client.force_login(lea)
    for days, value in ((40, 20), (3, 4)):
        count(client, row, days, value, span="period")
    assert "De 12 au départ à 36, 2 périodes additionnées" in page_of(client, row)
    client.logout()
    public, export_text = page_of(client, row), files_of(client, row.plan, study)
    assert (
        "Moins de 11 personnes d’écart avec ce qui est déjà écrit : le nombre, qui dirait combien," in public
    )
    observed = public[public.index("Effet observé") : public.index("Ce que ces chiffres")]
    assert not [fragment for fragment in ("à 36", ": 36", ">36<") if fragment in observed]
    assert ": 32 ; " in observed and ": un nombre masqué" in observed, "the line stops where it would tell"
    assert (
        "32, le " in export_text and "moins de 11 d’écart au" in export_text and "36, le " not in export_text
    )


def test_who_came_between_two_totals_is_read_by_the_team_alone(client, lea, row, study):
    row.baseline = 0
    row.save()
    client.force_login(lea)
    for days, value in ((90, 9), (60, 14), (30, 17)):
        count(client, row, days, value)
    team = page_of(client, row)
    assert "<strong>17</strong>" in team and "De même quand il s’écarte d’aussi peu" in team
    client.logout()
    public, export_text = page_of(client, row), files_of(client, row.plan, study)
    assert "<strong>moins de 11</strong>" in public and "<strong>14</strong>" in public
    assert "<strong>un nombre masqué</strong>" in public and ">17<" not in public and "à 17" not in public
    assert (
        "14, le " in export_text and "moins de 11 d’écart au" in export_text and "17, le " not in export_text
    )
    client.force_login(lea)
    count(client, row, 2, 25)
    client.logout()
    public = page_of(client, row)
    assert "De 0 au départ à 25 : 25 de plus" in public, "eleven more than what was written"
    assert "<strong>un nombre masqué</strong>" in public and ">17<" not in public


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from((rules.SINCE, rules.PERIOD))), min_size=1, max_size=8
    ),
    st.integers(0, 30),
)
def test_what_is_written_of_an_action_never_differs_by_a_few(counts, start):
    typed = [rules.Count(date(2026, 1, 1) + timedelta(days=k), *fields) for k, fields in enumerate(counts)]
    written = 0 if rules.is_small(start, 11) else start
    for count, (_, published_value) in zip(typed, rules.series(typed, start, 11).points, strict=True):
        if count.span == rules.PERIOD and not rules.is_small(count.value, 11):
            written += count.value
        if published_value is not None and not rules.is_small(published_value, 11):
            assert not rules.is_small(abs(published_value - written), 11), (counts, start)
            written = published_value


def test_a_total_that_falls_is_refused_with_what_to_do(client, lea, row):
    client.force_login(lea)
    count(client, row, 30, 17)
    answer = count(client, row, 2, 13).content.decode().replace("\xa0", " ")
    assert "Un total depuis le début ne baisse pas : 17 le" in answer
    assert "Retirez l’ancien nombre s’il est faux, ou dites que celui-ci compte une période." in answer
    assert "Un total depuis le début" in count(client, row, 60, 30).content.decode(), (
        "nor before a smaller one"
    )
    count(client, row, 2, 13, span="period")
    count(client, row, 2, 13, elsewhere="Claix")
    assert sorted(row.measures.values_list("value", "span")) == [(13, "period"), (13, "start"), (17, "start")]
    row.baseline, row.target = 60, 12
    row.save()
    count(client, row, 1, 14)
    assert row.measures.filter(value=14).exists(), "an action may aim lower"


def test_an_invented_plan_hides_nobody(client, lea, row):
    row.plan.example = True
    row.plan.save()
    client.force_login(lea)
    count(client, row, 3, 4)
    client.logout()
    assert "De 12 au départ à 4 : 8 de moins" in page_of(client, row)


def test_the_form_of_an_action_asks_what_is_counted(client, lea, row, study):
    client.force_login(lea)
    address = f"/espace/territoires/{PLACE}/plan/{row.pk}/"
    page = client.get(address).content.decode()
    assert "L’indicateur compte" in page
    assert re.search(r'name="counts" value="people"[^>]*checked', page), "people, when nobody said"
    action_fields = {"title": row.title, "axis": row.axis_id, "version": row.version, "counts": "other"}
    client.post(address, action_fields)
    row.refresh_from_db()
    assert row.counts == "other"
    assert re.search(r'name="counts" value="other"[^>]*checked', client.get(address).content.decode())
    concurrent_page = client.post(address, action_fields | {"counts": "people"}).content.decode()
    assert "autre chose" in concurrent_page, "two who write at once read words"


def test_nothing_is_observed_before_an_action_begins(client, lea, row):
    client.force_login(lea)
    today = date.today()
    send(client, row, geste="mesure", on=today.isoformat(), value=20, source="CCAS")
    assert "De 12 au départ à 20" in page_of(client, row)
    PlanAction.objects.filter(pk=row.pk).update(starts_on=today + timedelta(days=30), ends_on=None)
    page = page_of(client, row)
    assert "Compté avant que l’action commence" in page
    assert "au départ à 20" not in page
    for days, value in ((40, 10), (2, 22)):
        on = (today - timedelta(days=days)).isoformat()
        send(client, row, geste="mesure", on=on, value=value, source="CCAS", elsewhere="Claix")
    assert "Claix, sans l’action" not in page_of(client, row), "nothing is compared either"
    PlanMeasure.objects.filter(action=row, elsewhere="").delete()
    assert "Claix, sans l’action" in page_of(client, row), "what is counted elsewhere alone is still told"


def test_a_count_taken_back_tells_nobody_who_came_since(client, lea, row):
    """40 lu de tous, puis 43 masqué : retirer 40 faisait lire 43, donc trois personnes."""
    actions.count(row, on=date(2026, 5, 1), value=40, source="Feuille", by=lea, at=AT)
    actions.count(row, on=date(2026, 6, 1), value=43, source="Feuille", by=lea, at=AT)
    PlanAction.objects.filter(pk=row.pk).update(counts="people")
    first = row.measures.get(value=40)
    assert "40" in page_of(client, row) and ": <strong>43" not in page_of(client, row)
    actions.withdraw_measure(first, by=lea, at=AT)
    page = page_of(client, row)
    assert not re.search(r"\b43\b", page.split("Effet observé")[1].split("Journal")[0]), page
    client.force_login(lea)
    assert re.search(r"<strong>43</strong>", page_of(client, row)), "its team reads what it counted"
    actions.count(row, on=date(2026, 7, 1), value=51, source="Feuille", by=lea, at=AT)
    client.logout()
    assert re.search(r"<strong>51</strong>", page_of(client, row)), "eleven more than what was read"


# ------------------------------------------------------------------------------------- numbers with a comma


def edited(client, row, **values):
    action_fields = {"title": row.title, "axis": row.axis_id, "version": row.version, **values}
    return client.post(f"/espace/territoires/{PLACE}/plan/{row.pk}/", action_fields)


def test_decimal_indicator_is_typed_displayed_and_exported_with_its_comma(client, lea, row):
    """« 3,5 heures par semaine » s’écrit, se lit, se compare et s’exporte ainsi."""
    client.force_login(lea)
    hours = {"indicator": "Ouverture du soir", "unit": "heures par semaine", "counts": "other"}
    assert edited(client, row, **hours, baseline="3,5", target="1 042,25").status_code == 302
    row.refresh_from_db()
    assert (row.baseline, row.target) == (3.5, 1042.25)
    initial = client.get(f"/espace/territoires/{PLACE}/plan/{row.pk}/").content.decode()
    assert 'value="3,5"' in initial and 'value="1 042,25"' in initial, "read back as it was typed"
    for days, value in ((9, "5,25"), (5, "4")):
        count(client, row, days, value)
    page = page_of(client, row)
    assert "au départ : 3,5 heures par semaine" in page and "visé : 1 042,25 heures par semaine" in page
    assert "De 3,5 au départ à 4 heures par semaine : 0,5 de plus" in page, "hours of a week may fall"
    assert "<strong>5,25 heures par semaine</strong>" in page
    journal = row.notes.filter(automatic=True).first().words
    assert "Au départ : changé." in journal, "twelve people until then"
    rows = csv.DictReader(io.StringIO(client.get(f"/territoires/{PLACE}/plan/actions.csv").content.decode()))
    exported_row = next(each for each in rows if each["action"] == row.title)
    assert f"{exported_row['dynamique'].partition('.')[0]}.{exported_row['numero']}" == row.label
    names = ("au_depart", "au_depart_valeur", "cible", "unite")
    assert [exported_row[name] for name in names] == ["3.5", "3.5", "1042.25", "heures par semaine"]
    read = plan_of(PLACE, SimpleNamespace(offer=None, zones=(), fingerprint=""), on=date.today())
    action = next(each for each in read.actions if each.number == 7)
    assert action.baseline == "3,5\xa0heures par semaine" and action.counted.startswith("4\xa0heures")


def test_people_are_counted_whole_and_stay_protected(client, lea, row):
    client.force_login(lea)
    for typed in ("12,5", "0,5"):
        page = edited(client, row, indicator="Personnes venues", counts="people", target=typed)
        assert page.status_code == 400 and "ce nombre n’est pas entier" in page.content.decode()
    assert "12,5 n’est pas entier" in count(client, row, 2, "12,5").content.decode()
    assert not row.measures.exists()
    assert edited(client, row, indicator="Part", counts="other", unit="%").status_code == 302
    row.refresh_from_db()
    count(client, row, 2, "12,5")
    measure = row.measures.get()
    refused = edited(client, row, indicator="Personnes", counts="people")
    assert "Un nombre compté, 12,5, n’est pas entier" in refused.content.decode()
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    assert edited(client, row, indicator="Personnes", counts="people").status_code == 302
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    measure.refresh_from_db()
    assert measure.withdrawn_at, "a part of a person is not put back"


@pytest.mark.parametrize("typed", ["1e5", "-3", "1,234", "10000001"])
def test_what_is_no_number_is_refused_where_it_is_typed(client, lea, row, typed):
    client.force_login(lea)
    page = edited(client, row, indicator="x", counts="other", baseline=typed)
    assert page.status_code == 400 and page.context["form"].errors["baseline"]


def test_an_empty_journal_asks_for_words_on_the_screen_and_never_on_paper(client, lea, row):
    client.force_login(lea)
    page = page_of(client, row)
    assert 'Rien encore<span class="hors-papier"> : écrivez la première décision</span>.' in page
