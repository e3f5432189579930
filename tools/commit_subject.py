"""Refuse a commit whose subject is not an order: the hook `commit-msg` of .pre-commit-config.yaml.

tools/commit_subject.py .git/COMMIT_EDITMSG
"""

import re
import sys
from pathlib import Path

MAX_CHARACTERS = 60
SUBJECT = re.compile(r"(?:[a-z0-9-]+: [a-z]|release \d)")
NOT_A_VERB = frozenset(
    "a an the what who whom whose whether where when how that this these those there it its they each every"
    " no one two all some many more nothing nobody".split()
)
OTHER_FORM = re.compile(r"\w+(?:ing|ed|[^s]s)")  # “adding”, “added”, “adds”
VERBS_IN_THESE_FORMS = frozenset("bring embed need feed seed shed string".split())


def faults(message: str) -> list[str]:
    """Return the reasons to refuse a commit message, in English; none when its subject is an order."""
    subject = message.partition("\n")[0]
    if subject.startswith(("Merge ", "Revert ", "fixup! ", "squash! ")):
        return []
    reasons = []
    if len(subject) > MAX_CHARACTERS:
        reasons.append(f"{len(subject)} characters, {MAX_CHARACTERS} at most")
    if not SUBJECT.match(subject):
        reasons.append("the room comes first: `agenda: refuse seats in past workshops`")
        return reasons
    first = subject.partition(": ")[2].partition(" ")[0]
    if first in NOT_A_VERB or (OTHER_FORM.fullmatch(first) and first not in VERBS_IN_THESE_FORMS):
        reasons.append(f"“{first}” is not an order: “add”, “refuse”, “rename”…")
    return reasons


if __name__ == "__main__":
    sys.exit("\n".join(faults(Path(sys.argv[1]).read_text("utf-8"))) or None)
