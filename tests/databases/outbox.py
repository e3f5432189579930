"""Put messages, then have workers send them, several at once or killed at random, and say in JSON what came
of each.

python outbox.py together|killed N TIMES: the settings name the servers, which count what they take.
"""

import json
import mmap
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

from maillage.manage.deploy.bootstrap import ready

NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)  # a Wednesday, noon in Paris


def main() -> None:
    how, n, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ready()
    from django.db import connections, transaction

    from maillage.apps.platform.messages import actions
    from maillage.apps.platform.messages.models import Message
    from maillage.apps.platform.messages.rules.sending import Provider
    from maillage.manage.providers import chosen

    begun = mmap.mmap(-1, 1)

    class Watched:
        """Carries messages as the real one does, and says when it begins."""

        def __init__(self, real: Provider) -> None:
            self.real, self.name, self.status, self.cost = real, real.name, real.status, real.cost

        def send(self, message: Message) -> str:
            begun[0] = 1
            return self.real.send(message)

    def send(at: datetime) -> int:
        return actions.send_ready(
            at=at, providers=lambda channel: Watched(chosen.provider(channel)), limit=50
        )["sent"]

    def worker() -> int:
        """Start a worker that sends until nothing is due, and return its number."""
        connections.close_all()
        if pid := os.fork():
            return pid
        try:
            while send(NOON):
                pass
        except BaseException:
            os._exit(1)
        os._exit(0)

    with transaction.atomic():
        for number in range(n):
            way = {"channel": "email", "to": f"a{number}@exemple.fr"}
            if number % 2:
                way = {"channel": "sms", "to": f"06 12 34 {number // 100:02d} {number % 100:02d}"}
            actions.put(**way, subject="Objet", text="Texte", key=f"k{number}", at=NOON - timedelta(hours=1))
    n_locked = 0
    if how == "together":
        ended = [os.waitpid(pid, 0)[1] for pid in [worker() for _ in range(times)]]
        assert ended == [0] * times, ended
    else:
        draw = random.Random(7)
        for _ in range(times):
            begun[0] = 0
            pid = worker()
            while not begun[0]:  # however busy the computer is, a message is leaving
                has_ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                assert begun[0] or not has_ended, "the worker stopped by itself"
                time.sleep(0.001)
            time.sleep(draw.uniform(0.0, 0.04))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        n_locked = Message.objects.filter(state="sending").count()
        os.waitpid(worker(), 0)  # what nobody tried
        for hours in (1, 2, 3):  # what was held is asked for, tried again, or shown to a person
            while send(NOON + timedelta(hours=hours)):
                pass
    rows = {
        message.digest: [message.channel, message.state, message.attempts]
        for message in Message.objects.all()
    }
    json.dump({"held": n_locked, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
