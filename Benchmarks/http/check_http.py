#!/usr/bin/env python3
"""Do answers depend on what else is running? Asks a server for each text alone, then sends many requests at once and compares
every answer byte for byte. Standard library only; one line of JSON; exit status 1 on any error or mismatch.

    python Benchmarks/http/check_http.py http://127.0.0.1:8080 SENTENCES.txt [--requests 2000] [--connections 64]
    python Benchmarks/http/check_http.py http://127.0.0.1:8080 Tests/Fixtures/documents/documents.json --path /summarize --fields '{"length": "short"}'
    … --save answers.json      keeps the sequential answers
    … --against answers.json   compares with those of another run (another instruction set, another number of threads)
"""

import argparse
import asyncio
import json
import sys
import time
import urllib.parse


class Connection:
    """One HTTP/1.1 connection that is kept open."""

    def __init__(self, args):
        parts = urllib.parse.urlsplit(args.url)
        self.host, self.port, self.path = parts.hostname, parts.port or 80, parts.path.rstrip("/") + args.path
        self.fields = args.fields
        self.reader = self.writer = None

    async def ask(self, text):
        """(status, body bytes) of one POST of the text beside the fields."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        body = json.dumps({"q": text, **self.fields}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        await self.writer.drain()
        return await self.answer()

    async def answer(self):
        status = int((await self.reader.readuntil(b"\r\n")).split()[1])
        headers = {}
        while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = await self.chunks()
        else:
            body = await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, body

    async def chunks(self):
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")
        return body

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def sequential(args, texts):
    """Each text's answer while nothing else is asked: {text: body}."""
    connection, answers = Connection(args), {}
    for text in texts:
        status, body = await connection.ask(text)
        if status != 200:
            sys.exit(f"{status} for {text!r}: {body!r}")
        answers[text] = body.decode(errors="surrogateescape")
    connection.close()
    return answers


async def concurrent(args, texts, answers):
    """Sends all requests over all connections; returns counts, and the first texts that went wrong."""
    tally = {"errors": 0, "mismatches": 0, "examples": []}
    latencies, numbers = [], iter(range(args.requests))

    async def worker():
        connection = Connection(args)
        for number in numbers:
            text, start = texts[number * 7 % len(texts)], time.perf_counter()
            try:
                status, body = await connection.ask(text)
            except (OSError, ValueError, KeyError, IndexError, asyncio.IncompleteReadError) as problem:
                status, body = 0, repr(problem).encode()
                connection.close()
            latencies.append(time.perf_counter() - start)
            wrong = "errors" if status != 200 else "mismatches" if body.decode(errors="surrogateescape") != answers[text] else None
            if wrong:
                tally[wrong] += 1
                tally["examples"] = (tally["examples"] + [{"text": text, "status": status, "got": body.decode(errors="replace")}])[:3]
        connection.close()

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(args.connections)))
    seconds, latencies = time.perf_counter() - start, sorted(latencies)
    at = lambda share: round(latencies[min(len(latencies) - 1, int(share * len(latencies)))] * 1e3, 2)
    return {"seconds": round(seconds, 3), "requests_per_s": round(args.requests / seconds, 2), "p50_ms": at(0.5), "p99_ms": at(0.99), **tally}


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("file", help="a text a line; of a .json file the list's members document")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--sentences", type=int, default=500, help="use so many lines of the file")
    parser.add_argument("--path", default="/translate")
    parser.add_argument("--fields", type=json.loads, default={"source": "en", "target": "de"}, help="JSON object that is sent beside q")
    parser.add_argument("--save")
    parser.add_argument("--against")
    args = parser.parse_args()
    content = open(args.file, encoding="utf-8").read()
    lines = [row["document"] for row in json.loads(content)] if args.file.endswith(".json") else [line for line in content.split("\n") if line.strip()]
    texts = list(dict.fromkeys(lines))[: args.sentences]
    if args.against:
        answers = json.load(open(args.against, encoding="utf-8"))
        texts = [text for text in texts if text in answers]
    else:
        answers = await sequential(args, texts)
    if args.save:
        json.dump(answers, open(args.save, "w", encoding="utf-8"), ensure_ascii=False)
    result = await concurrent(args, texts, answers)
    print(json.dumps({"bench": "http-check", "path": args.path, "texts": len(texts), "requests": args.requests, "connections": args.connections, **result}, ensure_ascii=False))
    sys.exit(1 if result["errors"] or result["mismatches"] else 0)


if __name__ == "__main__":
    asyncio.run(main())
