"""The cells of the model: five ages by seven diplomas, people in modest households apart from the others."""

import numpy as np

AGES = ("15-24", "25-39", "40-59", "60-74", "75+")
DIPLOMAS = ("none", "brevet", "cap", "bac", "short", "long", "student")
N_AGES, N_DIPLOMAS = len(AGES), len(DIPLOMAS)
N_CELLS = N_AGES * N_DIPLOMAS  # of one household type; a full row holds 2 × N_CELLS: not modest, then modest

AGE_OF = np.repeat(np.arange(N_AGES), N_DIPLOMAS)
DIPLOMA_OF = np.tile(np.arange(N_DIPLOMAS), N_AGES)
"""Age and diploma of each cell, in the order cells are stored (age first)."""
