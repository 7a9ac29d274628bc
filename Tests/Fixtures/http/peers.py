"""Adds to the cases what h11 and Node's http make of them. Usage: peers.py EXPORTED.json (see SOURCE.md)."""
import concurrent.futures
import json
import os
import socket
import subprocess
import sys

import h11

# Each request is answered with itself, whatever its method. To h11 each gets 404: 200 to CONNECT would end HTTP.
NODE = r"""
const server = require('http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => response.end(Buffer.from(JSON.stringify(
    [request.method, request.url, Buffer.concat(chunks).toString('latin1')]))));
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


def read_h11(data):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=16384)
    connection.receive_data(data)
    requests, head, body = [], None, b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                head, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                requests.append([head.method.decode("latin1"), head.target.decode("latin1"), body.decode("latin1")])
                connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return {"isRefused": False, "requests": requests}
                connection.start_next_cycle()
            else:
                return {"isRefused": False, "requests": requests}
    except h11.RemoteProtocolError:
        return {"isRefused": True, "requests": requests}


def read_node(port, data):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(1)
        answer = b""
        try:
            client.sendall(data)
            while piece := client.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionError):
            pass
    requests = []
    while b"\r\n\r\n" in answer:
        head, _, answer = answer.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        if status == 100:
            continue
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        count = int(length[0].split(b":")[1]) if length else len(answer)
        if status != 200:
            return {"isRefused": True, "requests": requests}
        if data.lstrip().startswith(b"HEAD") and not answer.startswith(b"["):
            requests.append(["HEAD", data.split(b" ")[1].decode("latin1"), ""])
            continue
        requests.append(json.loads(answer[:count].decode("utf-8")))
        answer = answer[count:]
    return {"isRefused": False, "requests": requests}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    node = subprocess.Popen(["node", "-e", NODE], stdout=subprocess.PIPE)
    try:
        port = int(node.stdout.readline())
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            inputs = [case["input"].encode("latin1") for case in cases]
            for case, data, verdict in zip(cases, inputs, pool.map(lambda data: read_node(port, data), inputs)):
                case["h11"], case["node"] = read_h11(data), verdict
    finally:
        node.terminate()
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
    with open(target, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main()
