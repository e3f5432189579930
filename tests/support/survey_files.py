"""A survey of residents in files, as a territory brings it: its form, its answers, their weights."""

import random

import openpyxl

AGES, EASE = ("15-29", "30-59", "60+"), ("pas", "peu", "plutot", "tres")
FORM = {
    "survey": [
        ["type", "name", "label", "relevant"],
        ["select_one age", "age", "Votre âge", ""],
        ["select_one aise", "aise", "Êtes-vous à l’aise avec Internet ?", ""],
        ["select_multiple eq", "equipement", "Qu’avez-vous chez vous ?", ""],
        ["select_one on", "aide", "Avez-vous été aidé ?", ""],
        ["select_one on", "satisfait", "Êtes-vous satisfait ?", "${aide} = 'oui'"],
        ["text", "mot", "Un mot ?", ""],
    ],
    "choices": [
        ["list_name", "name", "label"],
        *(["age", name, name] for name in AGES),
        *(
            ["aise", name, label]
            for name, label in zip(EASE, ("Pas du tout", "Un peu", "Plutôt", "Très"), strict=True)
        ),
        *(["eq", name, name.capitalize()] for name in ("smartphone", "ordinateur", "tablette", "rien")),
        *(["on", name, name.capitalize()] for name in ("oui", "non")),
    ],
}


def answers(n=192, seed=5):
    """Return the rows of people who answered, of each age and of each ease."""
    chance = random.Random(seed)
    rows = []
    for k in range(n):
        age = chance.choices(AGES, (5, 3, 2))[0]
        helped = chance.choice(("oui", "non"))
        owned = [
            name
            for name, p in (("smartphone", 0.8), ("ordinateur", 0.5), ("tablette", 0.3))
            if chance.random() < p
        ]
        rows.append(
            {
                "id": f"r{k + 1}",
                "age": age,
                "aise": chance.choices(EASE, (1, 2, 3, 4) if age == "15-29" else (3, 4, 2, 1))[0],
                "equipement": " ".join(owned) or "rien",
                "aide": helped,
                "satisfait": chance.choices(("oui", "non"), (8, 2))[0] if helped == "oui" else "",
            }
        )
    return rows


def written(path, rows):
    """Write rows as a CSV file; return its path."""
    lines = [",".join(rows[0]), *(",".join(str(cell) for cell in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_form(path):
    """Write the form as an XLSForm; return its path."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in FORM.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_survey(folder):
    """Write the form, the answers and two files of weights in a folder; return the rows, and the weight by age."""
    write_form(folder / "formulaire.xlsx")
    rows = answers()
    weight = {"15-29": 250.5, "30-59": 480.25, "60+": 700.0}
    written(folder / "reponses.csv", rows)
    written(folder / "poids.csv", [{"id": row["id"], "poids": weight[row["age"]]} for row in rows])
    written(folder / "village.csv", [{"id": row["id"], "poids": 2} for row in rows])  # one in two answered
    return rows, weight
