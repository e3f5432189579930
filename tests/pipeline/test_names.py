"""Official names as a reader gets them."""

import numpy as np

from maillage.kernel.names import typography
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.rp2021 import clean as rp2021
from maillage.studies.diagnosis.territories import gazetteer


def test_no_official_name_has_a_straight_apostrophe():
    communes = cog.communes()
    read = [communes[column] for column in cog.NAMES] + [rp2021.iris()["name"], cog.former()["former_name"]]
    assert [name for names in read for name in names.tolist() if "'" in name] == []
    assert (np.char.find(communes["name"], "’") >= 0).sum() > 500, "they have the French one"


def test_a_name_is_found_however_its_apostrophe_is_typed():
    for typed in ("l'isle-d'abeau", "L’Isle-d’Abeau", "l isle d abeau"):
        assert gazetteer().find(typed)[0].name == "L’Isle-d’Abeau"
    assert typography(np.array(["Z.A.C. d'Aymeries"])).tolist() == ["Z.A.C. d’Aymeries"]
