"""Claims about headers on their way through."""

from services.edge.domain import forwarded, returned


def test_headers_of_the_connection_stay_on_it() -> None:
    """Hop-by-hop headers, those that `Connection` names and expectations are not passed on."""
    asked = forwarded(
        [
            (b"host", b"shop"),
            (b"connection", b"keep-alive, X-Secret"),
            (b"keep-alive", b"5"),
            (b"x-secret", b"1"),
            (b"te", b"trailers"),
            (b"upgrade", b"h2c"),
            (b"expect", b"100-continue"),
            (b"idempotency-key", b"k"),
        ],
        b"10.0.0.9",
        b"http",
    )
    assert asked.headers == [
        (b"idempotency-key", b"k"),
        (b"host", b"shop"),
        (b"x-forwarded-for", b"10.0.0.9"),
        (b"x-forwarded-proto", b"http"),
    ]
    assert not asked.has_body


def test_the_way_a_request_came_is_continued() -> None:
    """Who asked is added to who asked before; the protocol is what it is here."""
    asked = forwarded([(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-proto", b"gopher")], b"2.2.2.2", b"https")
    assert (b"x-forwarded-for", b"1.1.1.1, 2.2.2.2") in asked.headers
    assert (b"x-forwarded-proto", b"https") in asked.headers


def test_a_body_is_announced_as_it_was() -> None:
    """A length stays a length, chunks stay chunks, and an empty body is none."""
    assert (b"content-length", b"7") in (measured := forwarded([(b"content-length", b"7")], b"c", b"http")).headers
    assert measured.has_body
    chunked = forwarded([(b"transfer-encoding", b"chunked")], b"c", b"http")
    assert (b"transfer-encoding", b"chunked") in chunked.headers
    assert chunked.has_body
    assert not forwarded([(b"content-length", b"0")], b"c", b"http").has_body


def test_answers_lose_the_headers_of_their_connection_too() -> None:
    """What the backend says about its connection is not said to the client; everything else is, repeated or not."""
    assert returned([(b"Connection", b"close, X-Hop"), (b"X-Hop", b"1"), (b"Transfer-Encoding", b"chunked")]) == []
    cookies = [(b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2")]
    assert returned(cookies) == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
