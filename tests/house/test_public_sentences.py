"""The French sentences of the public pages that are translated stay short: `tools/sentences.py` measures the
others, on the pages of a platform that runs.
"""

from statistics import mean

from babel.messages.pofile import read_po

from maillage.words.languages import CATALOGUES
from tools.sentences import in_text, n_words

MEAN_WORDS = 8
MOST_WORDS = 29


def test_public_sentences_are_short():
    catalogue = read_po((CATALOGUES / "en.po").open("rb"))
    texts = [
        message.id if isinstance(message.id, str) else message.id[1] for message in catalogue if message.id
    ]
    n_words_by_sentence = {sentence: n_words(sentence) for text in texts for sentence in in_text(text)}
    assert mean(n_words_by_sentence.values()) <= MEAN_WORDS
    assert [sentence for sentence, n in n_words_by_sentence.items() if n > MOST_WORDS] == []
