//! As much HTTP/1.1 as a proxy between a client and a server on one machine needs.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt};

/// More than any test sends.
const HEAD_LIMIT: usize = 1 << 17;
const BODY_LIMIT: usize = 1 << 28;

/// Headers that belong to one connection; the proxy makes its own.
const ONE_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "content-length",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// A request or a response, read to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Message {
    /// The request line or the status line.
    pub(super) start: String,
    /// In order. Bytes beyond ASCII are one character each.
    pub(super) headers: Vec<(String, String)>,
    /// Without any framing.
    pub(super) body: Vec<u8>,
    /// The sender said how long the body is, if only by chunks.
    pub(super) framed: bool,
}

impl Message {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// A word of the first line: method and target of a request, version and status of a response.
    pub(super) fn word(&self, index: usize) -> &str {
        self.start.split(' ').nth(index).unwrap_or_default()
    }

    /// Its head, to be sent on over a connection that `connection` describes, with a body of this
    /// length.
    pub(super) fn head(&self, length: Option<usize>, connection: &str) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            if !ONE_HOP.contains(&name.to_ascii_lowercase().as_str()) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if let Some(length) = length {
            text.push_str(&format!("Content-Length: {length}\r\n"));
        }
        text.push_str(&format!("Connection: {connection}\r\n\r\n"));
        text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
    }

    /// Everything, for people and for matching.
    pub(super) fn text(&self) -> String {
        let headers: String = self.headers.iter().map(|(n, v)| format!("{n}: {v}\n")).collect();
        format!("{}\n{headers}\n{}", self.start, String::from_utf8_lossy(&self.body))
    }
}

/// Reads the head of a message; `None` at the end of the stream.
pub(super) async fn read_head<R: AsyncBufRead + Unpin>(
    reader: &mut R,
) -> io::Result<Option<Message>> {
    let mut left = HEAD_LIMIT;
    let Some(start) = read_line(reader, &mut left).await? else { return Ok(None) };
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader, &mut left).await?.ok_or_else(|| bad("a head without end"))?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("a header without a colon"))?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(Some(Message { start, headers, body: Vec::new(), framed: false }))
}

/// Reads the body of a request, which has none unless it says so.
pub(super) async fn read_request_body<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    message: &mut Message,
) -> io::Result<()> {
    read_framed(reader, message).await
}

/// Reads the body of the response to a request with `method`; one without framing goes on to the
/// end of the connection.
pub(super) async fn read_response_body<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    message: &mut Message,
    method: &str,
) -> io::Result<()> {
    let status = message.word(1);
    if method == "HEAD" || status == "204" || status == "304" {
        return Ok(());
    }
    read_framed(reader, message).await?;
    if !message.framed {
        let mut limited = reader.take(BODY_LIMIT as u64);
        limited.read_to_end(&mut message.body).await?;
    }
    Ok(())
}

async fn read_framed<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    message: &mut Message,
) -> io::Result<()> {
    let chunked = header(&message.headers, "transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
    if chunked {
        message.framed = true;
        return read_chunks(reader, &mut message.body).await;
    }
    if let Some(length) = header(&message.headers, "content-length") {
        let length = length.parse().map_err(|_| bad("a length that is no number"))?;
        message.framed = true;
        return read_exactly(reader, length, &mut message.body).await;
    }
    Ok(())
}

async fn read_chunks<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    loop {
        let mut left = HEAD_LIMIT;
        let line = read_line(reader, &mut left).await?.ok_or_else(|| bad("chunks without end"))?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| bad("a chunk without a size"))?;
        if size == 0 {
            // Trailers, which nobody here needs, up to an empty line.
            while read_line(reader, &mut left).await?.is_some_and(|line| !line.is_empty()) {}
            return Ok(());
        }
        read_exactly(reader, size, body).await?;
        read_line(reader, &mut left).await?;
    }
}

async fn read_exactly<R: AsyncRead + Unpin>(
    reader: &mut R,
    length: usize,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    if length > BODY_LIMIT.saturating_sub(body.len()) {
        return Err(bad("a body that is too large"));
    }
    let read = reader.take(length as u64).read_to_end(body).await?;
    if read == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A line without its end, a character for each byte; `None` at the end of the stream. `left` is
/// what may still be read.
async fn read_line<R: AsyncBufRead + Unpin>(
    reader: &mut R,
    left: &mut usize,
) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = reader.take(*left as u64).read_until(b'\n', &mut line).await?;
    if read == 0 {
        return Ok(None);
    }
    *left -= read;
    if line.pop() != Some(b'\n') {
        return Err(bad("a line without end"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line.into_iter().map(char::from).collect()))
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn response(method: &str, mut bytes: &[u8]) -> io::Result<Message> {
        let mut message = read_head(&mut bytes).await?.unwrap();
        read_response_body(&mut bytes, &mut message, method).await?;
        Ok(message)
    }

    #[tokio::test]
    async fn a_body_comes_by_length_by_chunks_or_to_the_end() {
        let cases: [&[u8]; 3] = [
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello more",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: 1\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\nhello",
        ];
        for bytes in cases {
            assert_eq!(response("GET", bytes).await.unwrap().body, b"hello");
        }
    }

    #[tokio::test]
    async fn some_answers_have_no_body_whatever_they_say() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(response("HEAD", head).await.unwrap().body, b"");
        let none = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(response("GET", none).await.unwrap().body, b"");
    }

    #[tokio::test]
    async fn what_is_not_http_is_an_error() {
        let cases: [&[u8]; 5] = [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ];
        for bytes in cases {
            assert!(response("GET", bytes).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_head_is_sent_on_without_what_belonged_to_the_old_connection() {
        let bytes = b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nX: \xe9\r\n\r\n";
        let message = read_head(&mut &bytes[..]).await.unwrap().unwrap();
        let sent = message.head(Some(0), "close");
        assert_eq!(
            sent,
            b"GET /x HTTP/1.1\r\nHost: a\r\nX: \xe9\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
}
