"""What normal clients ask: sentences, each with the answer that it got when nothing else was asked."""

import asyncio
import pathlib

from wire import PROBLEMS, Connection

FILE = pathlib.Path(__file__).resolve().parent / "sentences.txt"
SENTENCES = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line]


class Translations:
    """Requests for the sentences in turn, and their right answers."""

    def __init__(self, target):
        self.bodies = [target.translation(sentence) for sentence in SENTENCES]
        self.answers = []

    @classmethod
    async def asked(cls, target):
        """Asks for each sentence alone first."""
        made, connection = cls(target), Connection(target)
        for request in made.bodies:
            try:
                answer = await asyncio.wait_for(connection.exchange(request), 60)
            except PROBLEMS as problem:
                raise SystemExit(f"{target.url}/translate gave no answer: {problem!r}") from problem
            if answer.status != 200:
                raise SystemExit(f"{target.url}/translate answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
            made.answers.append(answer.body)
        connection.close()
        return made

    def __call__(self, number):
        """(request, right answer) of the request with this number."""
        place = number % len(self.bodies)
        return self.bodies[place], self.answers[place]
