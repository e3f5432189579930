"""France as the folder of a country: what another engine needs to count it again."""

from pathlib import Path

import duckdb
import numpy as np

from maillage.kernel.disk import write_whole
from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.country.card import CARD
from maillage.statistics.country.estimating import SHARE
from maillage.statistics.country.pack import TEXT
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS
from maillage.statistics.need import model as need_model
from maillage.statistics.zones.centres import centres

LEVELS = ("commune", "epci", "departement", "region")
CARD_TEXT = """name: France
counts: {counts}
universe: personnes de 15 ans et plus des ménages ordinaires
producer: Insee, recensement ; taux de la définition {id}
licence: Licence ouverte
vintage: 2021
levels: [{levels}]
reach: 1500
area_effect: {effect}
"""
HOMES = ("", "modeste ")  # outside modest households, then inside


def write(folder: Path) -> int:
    """Write the country; return how many areas. An area stands in the middle of its commune; rates are those
    of the country: what the model adds for rural communes and overseas is not a table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = definition(DEFAULT)
    place = need_model.country()
    frame, outcome = place.frame, need_model.model(chosen, place=place).outcomes["need"]
    middles = centres(np.unique(frame.commune).tolist())
    columns = {
        "code": frame.area,
        "name": frame.area,
        "latitude": np.array(
            [middles[each].lat if each in middles else 0.0 for each in frame.commune.tolist()]
        ),
        "longitude": np.array(
            [middles[each].lon if each in middles else 0.0 for each in frame.commune.tolist()]
        ),
        "commune": frame.commune,
        "epci": np.where(frame.epci == "", frame.commune, frame.epci),
        "departement": frame.departement,
        "region": frame.region,
    }
    cells = [
        f"{home}{AGES[age]} {DIPLOMAS[diploma]}"
        for home in HOMES
        for age, diploma in zip(AGE_OF.tolist(), DIPLOMA_OF.tolist(), strict=True)
    ][: outcome.counts.shape[1]]
    area, cell = np.nonzero(outcome.counts > 0)
    people = {
        "area": frame.area[area],
        "cell": np.array(cells)[cell],
        "persons": outcome.counts[area, cell].astype(np.float64),
    }
    rates = {
        "cell": np.array(cells),
        "rate": np.clip(outcome.rates.mean(axis=0, dtype=np.float64), 0, 1),
        "margin": np.clip(SHARE * outcome.rates.std(axis=0, dtype=np.float64), 0, 1),
    }
    for table, columns_of_table in (("areas", columns), ("people", people), ("rates", rates)):
        _parquet(folder / f"{table}.parquet", columns_of_table)
    effect = float(need_model.spreads().area)
    card = CARD_TEXT.format(counts=chosen.label, id=DEFAULT, levels=", ".join(LEVELS), effect=effect)
    write_whole(folder / CARD, card)
    return len(frame)


def _parquet(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write columns as a typed file."""
    arrays = {
        name: values.astype(object) if values.dtype.kind == "U" else values
        for name, values in columns.items()
    }
    typed = ", ".join(
        f"cast({name} as {TEXT}) as {name}" if values.dtype.kind == "O" else name
        for name, values in arrays.items()
    )
    with duckdb.connect() as connection:
        connection.register("held", arrays)
        connection.execute(f"copy (select {typed} from held) to '{path}' (format parquet)")
