"""A store that speaks as much of S3's protocol as pyarrow's client does, in memory, on loopback."""

import contextlib
import re
import threading
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        self.server.requests.append(self.command)

    def _parts(self):
        url = urllib.parse.urlsplit(self.path)
        return urllib.parse.unquote(url.path).lstrip("/"), dict(urllib.parse.parse_qsl(url.query, True))

    def _body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "aws-chunked" in self.headers.get("Content-Encoding", "") or "x-amz-decoded-content-length" in self.headers:
            chunks, rest = b"", body
            while rest:
                line, _, rest = rest.partition(b"\r\n")
                size = int(line.split(b";")[0], 16)
                if not size:
                    break
                chunks, rest = chunks + rest[:size], rest[size + 2 :]
            body = chunks
        return body

    def _answer(self, code, body=b"", **headers):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        key, _ = self._parts()
        objects = self.server.objects
        if key in objects:
            self._answer(200, Content_Length=str(len(objects[key])), ETag='"1"', Last_Modified=MODIFIED)
        elif "/" not in key.rstrip("/") and any(one.startswith(key.rstrip("/") + "/") for one in objects):
            self._answer(200)
        else:
            self._answer(404)

    def do_GET(self):
        key, query = self._parts()
        objects = self.server.objects
        if "list-type" in query:
            return self._answer(200, self._listing(key.rstrip("/"), query))
        if key not in objects:
            return self._answer(404, f"{HEAD}<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
        content, headers = objects[key], {"ETag": '"1"', "Last_Modified": MODIFIED}
        if span := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            first, last = int(span[1]), min(int(span[2]), len(content) - 1)
            headers["Content_Range"] = f"bytes {first}-{last}/{len(content)}"
            return self._answer(206, content[first : last + 1], **headers)
        return self._answer(200, content, **headers)

    def _listing(self, bucket, query):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        keys = sorted(key.partition("/")[2] for key in self.server.objects if key.startswith(f"{bucket}/"))
        contents, folders = [], []
        for key in keys:
            if key.startswith(prefix):
                rest = key[len(prefix) :]
                if delimiter and delimiter in rest:
                    folders.append(prefix + rest.partition(delimiter)[0] + delimiter)
                else:
                    contents.append(key)
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.objects[f'{bucket}/{key}'])}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in contents
        )
        entries += "".join(
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in dict.fromkeys(folders)
        )
        return f"{HEAD}<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"

    def do_PUT(self):
        (key, query), body = self._parts(), self._body()
        if "uploadId" in query:
            self.server.uploads[query["uploadId"]][int(query["partNumber"])] = body
        elif "/" in key.rstrip("/"):
            self._put(key, body)
        self._answer(200, ETag='"1"')

    def _put(self, key, body):
        with self.server.lock:
            self.server.objects[key] = body
            self.server.puts.append(key)

    def do_POST(self):
        key, query = self._parts()
        self._body()
        if "uploads" in query:
            upload = uuid.uuid4().hex
            self.server.uploads[upload] = {}
            result = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            return self._answer(200, HEAD + result)
        if "uploadId" in query:
            parts = self.server.uploads.pop(query["uploadId"])
            self._put(key, b"".join(parts[number] for number in sorted(parts)))
            return self._answer(
                200, f"{HEAD}<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"
            )
        return self._answer(200, f"{HEAD}<DeleteResult></DeleteResult>")

    def do_DELETE(self):
        key, _ = self._parts()
        self.server.objects.pop(key, None)
        self._answer(204)


MODIFIED = "Thu, 01 Jan 2026 00:00:00 GMT"


class ObjectStore:
    """The running store.

    Attributes:
        objects: ``{"bucket/key": bytes}``.
        puts: keys in the order in which they were written.
        requests: methods, in their order.
    """

    def __init__(self, server):
        self._server, self.objects, self.puts, self.requests = server, server.objects, server.puts, server.requests

    def uri(self, path):
        """The URI of something in it."""
        return (
            f"s3://key:secret@{path}?scheme=http&endpoint_override=127.0.0.1:{self._server.server_address[1]}"
            "&region=us-east-1"
        )


@contextlib.contextmanager
def object_store():
    """An :class:`ObjectStore`, as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.objects, server.puts, server.requests, server.uploads = {}, [], [], {}
    server.lock = threading.Lock()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ObjectStore(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
