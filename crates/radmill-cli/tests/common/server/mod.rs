//! A server of objects on loopback, and a proxy before it that answers some requests itself.
//!
//! Which protocol it speaks depends on the test file that this is compiled into: that of Azure Blob Storage in `azure`,
//! that of S3 in all others.

mod azure;
mod s3;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// What differs between the servers.
trait Protocol {
    /// Of URLs.
    fn scheme(&self) -> &'static str;
    /// Installs and starts the server.
    fn script(&self) -> &'static str;
    fn credentials(&self, endpoint: &str) -> Vec<(&'static str, String)>;
    fn create(&self, bucket: &str);
    fn put(&self, bucket: &str, name: &str, bytes: &[u8]);
    fn delete(&self, bucket: &str, name: &str);
    fn get(&self, bucket: &str, name: &str) -> Vec<u8>;
    fn names(&self, bucket: &str) -> Vec<String>;
}

fn protocol() -> &'static dyn Protocol {
    if env!("CARGO_CRATE_NAME") == "azure" { &azure::Azure } else { &s3::S3 }
}

/// Ends the server with the process of the tests, since it is never dropped.
struct Server {
    address: String,
    _process: Child,
}

/// The address of the server; `None`, with a line that says so, where it cannot be installed. It is an error then if
/// `RADMILL_TEST_SERVERS` is `required`.
pub(crate) fn address() -> Option<&'static str> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref().map(|server| server.address.as_str())
}

fn start() -> Option<Server> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests-python").join(protocol().script());
    let is_made = Command::new("sh").arg(&script).arg("--make").status().is_ok_and(|status| status.success());
    if !is_made {
        let is_required = std::env::var("RADMILL_TEST_SERVERS").is_ok_and(|value| value == "required");
        assert!(!is_required, "{} cannot be installed", script.display());
        println!("skipped: {} cannot be installed", script.display());
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    // It ends when its standard input does: when this process is gone, however it went.
    let watched = format!("sh '{}' {port} & server=$!; read -r _; kill $server", script.display());
    let process = Command::new("sh")
        .args(["-c", &watched])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while TcpStream::connect(&address).is_err() {
        sleep(Duration::from_millis(50));
    }
    Some(Server { address, _process: process })
}

/// One request of the plain protocol, with these lines in its head; the body of the answer.
fn request(method: &str, target: &str, head: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let address = address().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let lines: String = head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let n = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {n}\r\n{lines}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    let is_chunked = String::from_utf8_lossy(&answer).to_lowercase().contains("transfer-encoding: chunked");
    if is_chunked { joined(&body) } else { body }
}

/// A body that came in chunks (RFC 9112 section 7.1).
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&chunks[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        body.extend(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
    body
}

/// Makes a bucket.
pub(crate) fn create(bucket: &str) {
    protocol().create(bucket);
}

/// Puts an object into a bucket.
pub(crate) fn put(bucket: &str, name: &str, bytes: &[u8]) {
    protocol().put(bucket, name, bytes);
}

/// Removes an object.
pub(crate) fn delete(bucket: &str, name: &str) {
    protocol().delete(bucket, name);
}

/// An object.
pub(crate) fn get(bucket: &str, name: &str) -> Vec<u8> {
    protocol().get(bucket, name)
}

/// The names of all objects of a bucket.
pub(crate) fn names(bucket: &str) -> Vec<String> {
    protocol().names(bucket)
}

/// The URL of the dataset `set` in a bucket.
pub(crate) fn url(bucket: &str) -> String {
    format!("{}://{bucket}/set", protocol().scheme())
}

/// Variables of the environment that lead a command to the server, or to a proxy before it.
pub(crate) fn credentials(endpoint: &str) -> Vec<(&'static str, String)> {
    protocol().credentials(endpoint)
}

/// All objects below `set/` but the log of the table, as [`super::contents`] gives those of a dataset on a disk.
pub(crate) fn contents(bucket: &str) -> BTreeMap<String, Vec<u8>> {
    let names = names(bucket).into_iter().filter(|name| !name.contains("_delta_log"));
    names.map(|name| (name.strip_prefix("set/").unwrap().to_owned(), get(bucket, &name))).collect()
}

/// What stands between a tag and its end, each time that it is in a text of XML.
fn elements<'a>(xml: &'a str, tag: &str) -> Vec<&'a str> {
    let start = format!("<{tag}>");
    let starts = xml.split(start.as_str()).skip(1);
    starts.map(|rest| rest.split('<').next().unwrap()).collect()
}

/// What a proxy does with a request.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// Passes it on.
    Pass,
    /// Answers with this status.
    Status(u16),
    /// Closes the connection without a word.
    Close,
}

/// Starts a proxy that asks `decide` about each request, by its number from 0 and its method; gives its address.
pub(crate) fn proxy(decide: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let decide = Arc::new(decide);
    spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let decide = Arc::clone(&decide);
            // A client that was killed closes in the middle: nobody minds.
            spawn(move || drop(serve(client, |method| decide(number, method))));
        }
    });
    address
}

/// One request a connection.
fn serve(mut client: TcpStream, decide: impl Fn(&str) -> Answer) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n") && client.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let line = String::from_utf8_lossy(&head).into_owned();
    match decide(line.split(' ').next().unwrap_or_default()) {
        Answer::Close => client.shutdown(Shutdown::Both),
        Answer::Status(status) => {
            write!(client, "HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?;
            client.shutdown(Shutdown::Write)?;
            std::io::copy(&mut client, &mut std::io::sink()).map(drop)
        }
        Answer::Pass => {
            let mut server = TcpStream::connect(address().unwrap())?;
            server.write_all(&head)?;
            server.write_all(b"Connection: close\r\n")?;
            let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
            spawn(move || std::io::copy(&mut from, &mut to));
            std::io::copy(&mut server, &mut client)?;
            client.shutdown(Shutdown::Both)
        }
    }
}
