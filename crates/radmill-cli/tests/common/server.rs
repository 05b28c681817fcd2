//! A server that speaks the S3 protocol, on loopback, and a proxy before it that answers some requests itself.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread::{sleep, spawn};
use std::time::Duration;

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
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests-python/s3_server.sh");
    let is_made = Command::new("sh").arg(&script).arg("--make").status().is_ok_and(|status| status.success());
    if !is_made {
        let is_required = std::env::var("RADMILL_TEST_SERVERS").is_ok_and(|value| value == "required");
        assert!(!is_required, "the S3 server cannot be installed");
        println!("skipped: the S3 server cannot be installed");
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

/// One request of the plain protocol; the body of the answer.
pub(crate) fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let address = address().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let n = body.len();
    // The server looks at the name alone, not at the signature.
    let signed =
        "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {signed}\r\nConnection: close\r\n\
         Content-Length: {n}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    answer.split_off(end + 4)
}

/// The names of all objects of a bucket.
pub(crate) fn names(bucket: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/{bucket}?list-type=2&start-after={}", after.replace('=', "%3D"));
        let listed = String::from_utf8(request("GET", &path, b"")).unwrap();
        let keys = listed.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        let before = names.len();
        names.extend(keys);
        if names.len() == before || !listed.contains("<IsTruncated>true") {
            return names;
        }
        after.clone_from(names.last().unwrap());
    }
}

/// All objects below `set/` but the log of the table, as [`super::contents`] gives those of a dataset on a disk.
pub(crate) fn contents(bucket: &str) -> BTreeMap<String, Vec<u8>> {
    let names = names(bucket).into_iter().filter(|name| !name.contains("_delta_log"));
    names
        .map(|name| {
            let bytes = request("GET", &format!("/{bucket}/{}", name.replace('=', "%3D")), b"");
            (name.strip_prefix("set/").unwrap().to_owned(), bytes)
        })
        .collect()
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
