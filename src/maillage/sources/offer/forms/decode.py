"""Bytes become text, whatever tool wrote them; guesses are reported."""

import codecs
import io

from maillage.sources.offer.forms.sheet import Remarks, spaced

# UTF-32 before UTF-16: the mark of the second begins that of the first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Macs put these where Windows has next to nothing; other letters, where it has quotes and bullets
LETTERS = "éèàêçùû"
WINDOWS, MAC = LETTERS.encode("cp1252"), LETTERS.encode("mac_roman")
LABELS = {"cp1252": "Windows (cp1252)", "mac_roman": "ancien Mac (MacRoman)"}
SAMPLE = 4096  # bytes looked at to recognise UTF-16 without its mark
NAMED = 5  # lines that a note names


def decoded(content: bytes, remarks: Remarks) -> str:
    """Return the text of a file: by its mark, else in UTF-8, else line by line in UTF-8 or as Windows and old
    Macs wrote.

    Raises Refused when null bytes are everywhere, and on a file that breaks the encoding it announces:
    damaged, or not text at all.
    """
    encoding, label = _announced(content)
    if label:
        remarks.say(f"Encodage {label} reconnu.")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if label:
            raise remarks.refusal(
                f"le fichier s’annonce en {label}, mais l’octet {spaced(error.start + 1)} le contredit.",
                why="Il est abîmé, ou coupé avant sa fin.",
                do="Exportez-le de nouveau, en « CSV UTF-8 » ou en XLSX.",
            ) from error
        text = _by_line(content, remarks)
    if "\x00" in text and (first := _mostly_null(text)):
        raise remarks.refusal(
            "cette ligne contient des octets nuls, et d’autres aussi.",
            line=first,
            why="Le fichier est abîmé, ou n’est pas du texte.",
            do="Ouvrez-le dans un tableur, puis enregistrez-le en « CSV UTF-8 » ou en XLSX.",
        )
    return text.removeprefix("\ufeff")


def _mostly_null(text: str) -> int:
    """Return the first line that holds null bytes when they are one character in twenty; 0 when few are,
    which
    are taken off cell by cell.
    """
    if text.count("\x00") <= max(2, len(text) // 20):
        return 0
    return text.count("\n", 0, text.index("\x00")) + 1


def _announced(content: bytes) -> tuple[str, str]:
    """Return the encoding that the first bytes give away and its name; UTF-8 without a name when they do
    not.
    """
    for mark, encoding, label in MARKS:
        if content.startswith(mark):
            return encoding, label
    even, odd = content[:SAMPLE:2].count(0), content[1:SAMPLE:2].count(0)
    most = 0.4 * len(content[:SAMPLE:2])  # in UTF-16, one byte in two of a text in French is null
    if odd > most and not even:
        return "utf-16-le", "UTF-16 sans marque"
    if even > most and not odd:
        return "utf-16-be", "UTF-16 sans marque"
    return "utf-8", ""


def _by_line(content: bytes, remarks: Remarks) -> str:
    """Return the text of a file whose lines are not all in UTF-8, and tell which are not."""
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    named: list[int] = []
    n_not_utf8 = n_accented = windows = mac = 0
    for number, line in enumerate(io.BytesIO(content), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            n_accented += 1
        except UnicodeDecodeError:
            n_not_utf8 += 1
            named += [number] if n_not_utf8 <= NAMED else []
            windows += len(line) - len(line.translate(None, WINDOWS))
            mac += len(line) - len(line.translate(None, MAC))
    other = "mac_roman" if mac > windows else "cp1252"
    if n_accented:
        lines = ", ".join(map(str, named)) + (
            f"… ({spaced(n_not_utf8)} en tout)" if n_not_utf8 > NAMED else ""
        )
        remarks.say(f"Encodages mêlés : UTF-8, mais {LABELS[other]} aux lignes suivantes : {lines}.")
    else:
        remarks.say(f"Encodage supposé : {LABELS[other]}.")
    text = io.StringIO(newline="")
    for number, line in enumerate(io.BytesIO(content), 1):
        try:
            text.write(line.decode("utf-8"))
        except UnicodeDecodeError:
            guessed = line.decode(other, "replace")
            if "\ufffd" in guessed:
                remarks.count(
                    "Caractère illisible, remplacé par « \ufffd »", f"ligne {number}", guessed.count("\ufffd")
                )
            text.write(guessed)
    return text.getvalue()
