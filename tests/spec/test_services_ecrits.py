"""Ce qu’un recensement écrit des services d’un lieu, et ce qui en est lu."""

from datetime import date

from maillage.sources.offer import files
from maillage.sources.offer.forms.read import parse

title = "Les services écrits à la main"


def practices(cell: str) -> str:
    """Return the practices that a cell of services gives to a place, in French, « rien » for none."""
    table = f"Nom;Commune;Services\nA;Montbrison;{cell}\nB;Savigneux;Wifi\n"
    place = files.places(parse(table.encode(), "lieux.csv"), today=date(2026, 3, 2)).rows[0]
    states = {id: answer["state"] for id, answer in place.sheet.get("practices", {}).items()}
    return (
        ", ".join(f"{id}{' en projet' if state == 'planned' else ''}" for id, state in states.items())
        or "rien"
    )


def test_un_don_une_vente_ou_un_pret_n_est_pas_un_acces_libre(spec):
    """Une tablette de La Poste n’ouvre que ses services ; dans « initiation, tablette », la tablette est ce que
    l’on apprend. Ce qui n’est pas compris est montré à qui importe, et rien n’est inventé.

    cellule                                          || réponse
    -------------------------------------------------++------------------------------
    don ordis reconditionnés                         || don
    dons d'ordinateurs reconditionnés                || don
    don de matériel informatique                     || don
    don smartphones                                  || don
    vente ordis d'occasion, réparation               || vente, reparation
    vente matériel reconditionné, prêt d'ordinateurs || vente, pret
    vente de PC                                      || vente
    ordinateurs à prix solidaire                     || vente
    ordinateurs reconditionnés                       || vente
    tablette La Poste                                || rien
    tablette de la Poste, impression                 || impression
    tablettes à la Poste                             || rien
    initiation, smartphone, tablette                 || formation
    ateliers, tablettes                              || formation
    cours ordinateur                                 || formation
    initiation tablette                              || formation
    prêt tablette                                    || pret
    location d'ordinateurs                           || pret
    tablettes numériques en prêt                     || pret
    ordinateurs en accès libre, wifi                 || libre_acces, wifi
    wifi, ordinateurs, imprimante                    || wifi, libre_acces, impression
    ordinateur                                       || libre_acces
    2 ordinateurs                                    || libre_acces
    aide aux démarches, ordinateurs                  || libre_acces
    accès internet, scan                             || impression
    réparation d'ordinateurs                         || reparation
    collecte d'ordinateurs                           || collecte
    reconditionnement de PC                          || collecte
    aide aux démarches                               || rien
    aide démarches CAF, Ameli                        || assistance
    permanence d'un conseiller numérique             || assistance
    aidants connect                                  || assistance
    écrivain public                                  || assistance
    ateliers numériques                              || formation
    cours d'informatique pour seniors                || formation
    conférence sur les écrans                        || rien
    orientation                                      || orientation
    carte SIM                                        || telephonie
    forfait solidaire                                || telephonie
    recharge de téléphone                            || recharge
    prêt de livres                                   || rien
    cours de cuisine                                 || rien
    accompagnement scolaire                          || rien
    don de vêtements                                 || rien
    vente de vêtements                               || rien
    aide alimentaire                                 || rien
    pas de wifi                                      || rien
    pas d'ordinateur                                 || rien
    wifi en projet                                   || wifi en projet
    coffre-fort numérique                            || coffre_fort
    impression, photocopies                          || impression
    jeux vidéo                                       || rien
    bibliothèque                                     || rien
    rdv en ligne                                     || rien
    permanence impôts                                || rien
    """
    spec.rows(practices)
