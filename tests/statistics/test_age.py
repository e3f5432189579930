"""Files sealed in the format of age: what others seal opens here, and nothing that was touched opens."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernel import age

# Made by rage 0.11 (pyrage), with a recipient line that only other programs understand: bytes 0 to 9.
SECRET = "AGE-SECRET-KEY-17SK09K5MPVD8FRFR7GMP4QQ2AZFEQVWZG864MW4K9304D2WK635Q50X4P0"
PUBLIC = "age1lnztdv86pmlnw0u6j47g0v7u9x3pj94qqk2mpglwurw9uq43ls2sev6wl6"
SEALED_BY_RAGE = bytes.fromhex(
    "6167652d656e6372797074696f6e2e6f72672f76310a2d3e205832353531392057777a4d5377572b704d355266324866"
    "6559506a53535146372b6f426f6b7337395865756c534e637747670a56533077752b7449783952516257554e48595474"
    "663766344a4c4a426356694c667a33682f6956376457770a2d3e2069287d42514f712d67726561736520787d4a586f0a"
    "685a753446735276325250425a737135745a376e756c53483169462f4668395a61506a6f5165734c456c787162744f30"
    "6e2f4a644a6135647a7954582b4c5a310a585251494543376f3178445a632f65776d3849747539596e4369656f4d7a37"
    "70647a6135554a550a2d2d2d20306674396b504852784c7544436e4158433378517a6a5059656f766230635433377352"
    "766f6c7a64336c340a7340d203798a7e041b241ea4a08d0cc1caf3d459e7e16a231dfca545da529747a28cd0769a1097"
    "85823c"
)


def sealed(data: bytes, public: str = PUBLIC) -> bytes:
    file = io.BytesIO()
    with age.Writer(file, [age.recipient(public)]) as writer:
        writer.write(data)
    return file.getvalue()


def opened(content: bytes, secret: str = SECRET) -> bytes:
    return io.BufferedReader(age.Reader(io.BytesIO(content), keys=age.identities(secret))).read()


def test_what_another_program_sealed_opens():
    assert opened(SEALED_BY_RAGE) == bytes(range(10))


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from([0, 1, 65_535, 65_536, 65_537, 131_072, 200_003]),
    st.integers(0, 210_000),
    st.integers(0, 70_000),
)
def test_any_part_can_be_read_alone(size, start, length):
    data = bytes(k % 251 for k in range(size))
    reader = io.BufferedReader(age.Reader(io.BytesIO(sealed(data)), keys=age.identities(SECRET)))
    reader.seek(start)
    assert reader.read(length) == data[start : start + length]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: content[:-1], "fin"),
        (lambda content: content[: -65_552 - 3_000], "fin"),  # a whole chunk less
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "fin"),
        (lambda content: content[:300] + bytes([content[300] ^ 1]) + content[301:], "modifiée"),
        (lambda content: content.replace(b"X25519", b"X25518", 1), "clé"),
        (lambda content: content[:120] + b"A" + content[121:], "clé|en-tête"),
        (lambda content: content[:60], "en-tête"),
    ],
)
def test_what_was_touched_is_refused(damage, words):
    content = sealed(bytes(3 * 65_536))
    with pytest.raises(ValueError, match=words):
        opened(damage(content))


def test_another_key_opens_nothing():
    public, secret = age.new_key()
    assert opened(sealed(b"lignes", public), secret) == b"lignes"
    with pytest.raises(age.Unreadable, match="aucune clé"):
        opened(sealed(b"lignes", public))


@pytest.mark.parametrize("text", ["", "age1", PUBLIC[:-1], PUBLIC.replace("q", "p", 1), SECRET, "é"])
def test_a_public_key_with_a_wrong_letter_is_none(text):
    with pytest.raises(ValueError):
        age.recipient(text)


def test_a_file_of_keys_has_comments():
    assert len(age.identities(f"# clé du conseil\n\n{SECRET}\n{age.new_key()[1]}\n")) == 2
    with pytest.raises(ValueError, match="no key"):
        age.identities("# rien\n")
