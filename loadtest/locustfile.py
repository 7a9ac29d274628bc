"""People in front of a page: each waits, asks, reads, asks again. Headless or with locust's own page:

    locust -f loadtest/locustfile.py --host http://127.0.0.1:8080
    locust -f loadtest/locustfile.py --host http://127.0.0.1:8080 --headless --users 50 --spawn-rate 10 --run-time 60s

API_KEY in the environment is sent as a bearer token; CA names a certificate to trust.
"""

import os
import pathlib
import random

from locust import HttpUser, between, task

SENTENCES = (pathlib.Path(__file__).resolve().parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
KEY = os.environ.get("API_KEY")


class Reader(HttpUser):
    wait_time = between(0.5, 2)

    def on_start(self):
        if authority := os.environ.get("CA"):
            self.client.verify = authority
        if KEY:
            self.client.headers["Authorization"] = f"Bearer {KEY}"

    def ask(self, path, body, name, member):
        """Posts, and counts an answer without the member that it must have as failed. A 503 that says when to come again is an answer."""
        with self.client.post(path, json=body, name=name, catch_response=True) as response:
            if response.status_code == 503 and "Retry-After" in response.headers:
                response.success()
            elif response.status_code != 200:
                response.failure(f"status {response.status_code}")
            elif not response.json().get(member):
                response.failure(f"no {member}")

    @task(10)
    def translate_a_sentence(self):
        self.ask("/translate", {"q": random.choice(SENTENCES), "source": "en", "target": random.choice(["de", "es", "fr"])}, "a sentence", "translatedText")

    @task(2)
    def translate_a_page(self):
        self.ask("/translate", {"q": " ".join(random.sample(SENTENCES, 20)), "source": "en", "target": "de"}, "20 sentences", "translatedText")

    @task(1)
    def summarize_a_page(self):
        self.ask("/summarize", {"q": " ".join(random.sample(SENTENCES, 50)), "length": "short"}, "a summary", "summary")

    @task(1)
    def look_at_the_languages(self):
        self.client.get("/languages", name="languages")
